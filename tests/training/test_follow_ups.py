import json
import random
from pathlib import Path

from retrieval.conversation.context import key
from training.follow_ups import Asked, MadeUp, canard, labels, lower_cased

ASKED = [
    Asked("Who founded the city of Bukhara?", "the Sogdians", "Bukhara"),
    Asked("When did Ibn Sina leave Bukhara?", "in 999", "Bukhara"),
    Asked("What did the library of Bukhara hold?", "books", "Bukhara"),
    Asked("How old is the bridge over the Neretva?", "450 years", "Mostar"),
    Asked("Who built the bridge over the Neretva in Mostar?", "Hayruddin", "Mostar"),
]


def test_made_up_follow_ups_lack_only_what_was_said_before() -> None:
    examples = list(MadeUp(ASKED, "en", 0).examples(80))
    assert {one.source for one in examples} == {"complete", "short", "and", "pronoun"}
    for one in examples:
        said = {key(word.text) for word in one.context().words if word.turn}
        assert one.lacks <= said
        assert one.source == "complete" or one.lacks


def test_the_same_seed_makes_the_same_follow_ups() -> None:
    first, second = (list(MadeUp(ASKED, "en", 3).examples(10)) for _ in range(2))
    assert first == second


def test_a_rewrite_tells_which_words_were_lacking(tmp_path: Path) -> None:
    rows = [
        {"QuAC_dialog_id": f"d{n}", "Question_no": 1, "History": ["Ibn Sina", "Youth"],
         "Question": "Where was he born?", "Rewrite": "Where was Ibn Sina born?"}
        for n in range(20)
    ]  # fmt: skip
    (tmp_path / "canard_dev.json").write_text(json.dumps(rows))
    learned = list(canard(tmp_path, random.Random(0), held_out=False))
    measured = list(canard(tmp_path, random.Random(0), held_out=True))
    assert (len(learned), len(measured)) == (18, 2)
    context = learned[0].context()
    wanted = [
        word.text
        for word, label in zip(context.words, labels(learned[0], context), strict=True)
        if label == 1
    ]
    assert wanted == ["Ibn", "Sina"]


def test_a_follow_up_in_lower_case_lacks_the_same() -> None:
    (one,) = MadeUp(ASKED, "en", 1).examples(1)
    assert lower_cased(one).lacks == one.lacks
    assert lower_cased(one).question == one.question.lower()
