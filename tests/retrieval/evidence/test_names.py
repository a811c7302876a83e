import json
from collections.abc import Callable

import pytest

from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from retrieval.answerer import Answerer
from retrieval.evidence.names import fold, mentions, names_asked, names_elsewhere
from retrieval.reading.reader import Reader
from retrieval.types import Outcome

TOWNS = {
    "Arak": ("Ada Quill", "a market town of 12,000 people on the river Sel"),
    "Boro": ("Eve Marten", "a port with a shipyard and a fish market"),
    "Dost": ("Zoe Lind", "known for its cheese and its old mill"),
    "Elko": ("Max Orlan", "a mining town in the north of the valley"),
}


def known(*words: str) -> Callable[[str], bool]:
    return frozenset(words).__contains__


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is the mayor of Gelt?", {"gelt"}),
        ("When did Bo Haugen visit the old mill?", {"bo", "haugen"}),
        ("Who attacked in Gao? Was it JNIM?", {"gao", "jnim"}),
        ("What did the US do in January?", set()),
        ("Who won the Côte d’Ivoire cup on Sunday?", {"cote", "ivoire"}),
        ("who is the mayor of gelt", {"gelt"}),
        ("who is the mayor of boro", set()),
        ("when did bo haugen visit the mill", {"haugen"}),
        ("who lives in paris", {"paris"}),
        ("who is afraid of the dark", set()),
        ("Who Is The Mayor Of Gelt", {"gelt"}),
        ("Why?", set()),
        ("¿Quién vive en Gelt?", {"gelt"}),
        ("qui est le maire de gelt ?", set()),  # its words are unknown to English articles, names or not
    ],
)
def test_names_are_told_by_capitals_or_by_being_unknown(question: str, names: set[str]) -> None:
    assert names_asked(question, known("boro", "mayor", "mill")) == names


def test_a_name_may_have_another_ending() -> None:
    assert mentions("the malian army", "mali")
    assert mentions("russia said", "russian")
    assert not mentions("the malicious army", "mali")
    assert not mentions("the army", "mali")
    assert not mentions("the border", "bo")
    assert fold("Côte") == "cote"


def test_a_country_is_known_by_its_names_in_other_languages() -> None:
    names = names_elsewhere("Que font les États-Unis en Allemagne ?")
    assert ("united", "states") in names["etats"] & names["unis"]
    assert {("germany",), ("deutschland",)} <= names["allemagne"]
    assert not names["font"]


@pytest.mark.parametrize("question", ["who is ⑴⑵⑶⑷?", "Who met ⒜⒝⒞ of ﷺ today?", "qui est [a](b)?"])
def test_any_characters_can_be_asked_about(question: str) -> None:
    assert not any(mentions("the army", name) for name in names_asked(question, known()))


@pytest.fixture(scope="module")
def towns(embedder: Embedder, reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    """Four articles that read alike, each about a town and its mayor."""
    folder = tmp_path_factory.mktemp("towns")
    rows = [
        {
            "title": f"{town} elects a mayor",
            "text": f"{town} is {told}. The mayor of {town} is {mayor}, who took office in {2011 + number}. "
            "Five trucks were bought in 2020 to keep the streets clean.",
        }
        for number, (town, (mayor, told)) in enumerate(TOWNS.items())
    ]
    (folder / "towns.jsonl").write_text("\n".join(map(json.dumps, rows)))
    store = EmbeddedStore.open(folder / "index", embedder_name=embedder.name, dimension=embedder.dimension)
    assert not ingest(load(str(folder / "towns.jsonl")), store, embedder).failed
    return Answerer(store, embedder, reader)


@pytest.mark.parametrize("town", TOWNS)
def test_each_town_has_its_own_mayor(towns: Answerer, town: str) -> None:
    assert towns.answer(f"Who is the mayor of {town}?").statements[0].text == TOWNS[town][0]


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Gelt?",
        "who is the mayor of gelt",
        "Who is the mayor of Paris?",
        "When did the mayor of Tarn take office?",
        "What is Gelt known for?",
        "when did Bo Haugen take office?",
        "How many people live in Boro?",
        "what happened in Paris?",
    ],
)
def test_what_articles_say_of_other_towns_is_no_answer(towns: Answerer, question: str) -> None:
    assert towns.answer(question).outcome is Outcome.NOT_FOUND
