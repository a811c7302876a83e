import pytest

from retrieval.roles import Role, in_role, role_asked


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("who attacked the Gao convoy?", Role.DOER),
        ("Which group carried out the ambush?", Role.DOER),
        ("who was behind the attack on the convoy?", Role.DOER),
        ("who was the convoy attacked by?", Role.DOER),
        ("who was killed near Gao?", Role.UNDERGOER),
        ("whom did the militants attack?", Role.UNDERGOER),
        ("who guarded the convoy?", None),
        ("who carried the flag?", None),
        ("when was the convoy attacked?", None),
        ("how many people were killed?", None),
        ("who?", None),
    ],
)
def test_who_did_violence_or_to_whom_is_asked_in_many_words(question: str, role: Role | None) -> None:
    assert role_asked(question) is role


@pytest.mark.parametrize(
    ("sentence", "span", "doer", "undergoer"),
    [
        ("Masked men ambushed the escort at dawn.", "Masked men", 1, -1),
        ("Masked men ambushed the escort at dawn.", "escort", -1, 1),
        ("It was an attack by masked men, he said.", "masked men", 1, -1),
        ("The raid was carried out by masked men.", "masked men", 1, -1),
        ("A convoy escorted by local guards was hit.", "local guards", -1, -1),
        ("A convoy carrying both miners and guards was ambushed.", "miners and guards", -1, -1),
        ("The guards were later killed.", "The guards", -1, 1),
        ("The attack on the airport failed.", "airport", -1, 1),
        ("Two men shot dead were found.", "Two men", 0, 0),
        ("Soldiers killed in the ambush were buried.", "Soldiers", 0, 0),
        ("Three groups, including masked men, met.", "masked men", 0, 0),
    ],
)
def test_the_words_beside_a_span_tell_who_did_it(
    sentence: str, span: str, doer: float, undergoer: float
) -> None:
    start = sentence.index(span)
    assert in_role(Role.DOER, sentence, start, start + len(span)) == doer
    assert in_role(Role.UNDERGOER, sentence, start, start + len(span)) == undergoer
