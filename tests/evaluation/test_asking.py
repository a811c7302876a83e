"""The real answerer over a small corpus, observed."""

from pathlib import Path

import pytest

from evaluation.asking import Respondent, ask, talk
from evaluation.errors import CorpusError
from evaluation.questions import Question, Said
from evaluation.session import (
    evaluate,
    evaluate_rewriting,
    only_rewrites,
    question_sets,
    throwaway_index,
    unknown_articles,
)
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from retrieval.types import Outcome


def test_an_answer_is_written_down_with_what_it_said_quoted_and_cited(respondent: Respondent) -> None:
    [asked] = ask([Question("q", "Who designed the Lindal Bridge?")], respondent)
    seen = asked.seen
    assert seen is not None
    assert (seen.outcome, seen.statements, seen.best) == (Outcome.ANSWERED, ("Anton Berle",), "Anton Berle")
    assert seen.cited == ("bridge",)
    assert seen.quotes == ("The bridge was designed by Anton Berle, an engineer from Torsvik.",)
    assert (seen.verbatim, seen.citations) == (1, 1)
    assert seen.retrieved[0] == "bridge"
    assert set(seen.retrieved) <= {"bridge", "flood", "flood_later", "cheese"}
    assert asked.alone is None


@pytest.mark.parametrize("text", ["Who won the 2018 World Cup?", "Why do volcanoes erupt in Iceland?"])
def test_a_refusal_still_tells_how_near_it_was_to_an_answer(respondent: Respondent, text: str) -> None:
    [asked] = ask([Question("q", text)], respondent)
    seen = asked.seen
    assert seen is not None
    assert (seen.outcome, seen.statements, seen.text) == (Outcome.NOT_FOUND, (), "")
    assert seen.best
    assert 0 < seen.confidence < 0.5


def test_a_follow_up_is_asked_with_its_conversation_and_without(respondent: Respondent) -> None:
    before = Question("a", "Who founded the Haugen dairy?")
    [_, asked] = ask([before, Question("b", "how much cheese does it make?", follows="a")], respondent)
    assert "dairy" in asked.standalone
    assert asked.alone is not None
    assert asked.alone.standalone == "how much cheese does it make?"


def test_the_messages_before_a_question_become_turns() -> None:
    said = [
        Said(True, "Who founded the Haugen dairy?"),
        Said(False, "Ingrid Haugen"),
        Said(True, "when did she?"),
    ]
    turns = talk(said).turns
    assert [(turn.question, tuple(turn.answers)) for turn in turns] == [
        ("Who founded the Haugen dairy?", ("Ingrid Haugen",)),
        ("when did she?", ()),
    ]


def test_a_question_with_documents_of_its_own_is_asked_about_these_only(respondent: Respondent) -> None:
    text = "How many houses were damaged by the flood in Torsvik?"
    [asked] = ask([Question("q", text, documents=frozenset({"flood"}))], respondent)
    assert asked.seen is not None
    assert asked.seen.retrieved == ("flood",)


def test_evaluating_the_small_corpus_gives_the_figures_that_were_counted_by_hand(
    respondent: Respondent, questions: Path
) -> None:
    sets = question_sets([questions])
    found = evaluate(sets, respondent, {"reader": "bundled"})
    values = {name: one.value for name, one in found.total.items()}
    assert isinstance(respondent.store, EmbeddedStore)
    assert unknown_articles(sets, respondent.store) == []
    assert [one.question.id for one in found.asked] == ["q1", "q2", "q3", "q4", "q5", "q6.1", "q6.2"]
    assert values["right"] == pytest.approx(6 / 7)  # all but q3, whose accepted answer is wrong on purpose
    assert values["refusal_precision"] == values["refusal_recall"] == values["refusal_auroc"] == 1
    assert values["verbatim"] == 1
    assert values["hit@5"] == 1
    assert set(found.types) == {"conflict", "factoid", "talk", "unanswerable"}
    again = evaluate(sets, respondent, {"reader": "bundled"}).figures_json()
    assert without_times(again) == without_times(found.figures_json())


def without_times(told: dict[str, object]) -> dict[str, object]:
    figures, types = told["figures"], told["types"]
    assert isinstance(figures, dict)
    assert isinstance(types, dict)
    timed = ("latency_p50", "latency_p95")
    return {
        **told,
        "figures": {name: one for name, one in figures.items() if name not in timed},
        "types": {k: {name: one for name, one in v.items() if name not in timed} for k, v in types.items()},
    }


def test_equal_names_of_files_are_told_apart(questions: Path, tmp_path: Path) -> None:
    other = tmp_path / "questions.jsonl"
    other.write_text('{"id": "q1", "question": "who came?"}\n', "utf-8")
    assert [one.name for one in question_sets([questions, other])] == ["questions.1", "questions.2"]


def test_questions_that_only_have_rewrites_need_no_articles(tmp_path: Path) -> None:
    file = tmp_path / "rewrites.jsonl"
    file.write_text(
        '{"id": 1, "question": "When was it founded?", "rewrite": "When was the Haugen dairy founded?", '
        '"history": [{"role": "user", "text": "Who founded the Haugen dairy?"}]}\n',
        "utf-8",
    )
    sets = question_sets([file])
    assert only_rewrites(sets)
    total = evaluate_rewriting(sets).total
    assert set(total) == {"rewrite_f1", "rewrite_gain"}
    assert total["rewrite_gain"].value > 0
    assert not only_rewrites([*sets, *question_sets([written_plain(tmp_path)])])


def written_plain(folder: Path) -> Path:
    file = folder / "plain.jsonl"
    file.write_text('{"id": 2, "question": "who came?", "answers": ["Bo"]}\n', "utf-8")
    return file


def test_a_corpus_without_articles_is_refused_with_the_reasons(tmp_path: Path, embedder: Embedder) -> None:
    missing = str(tmp_path / "nowhere")
    with (
        pytest.raises(CorpusError, match=r"no articles in .*nowhere: .*no such file"),
        throwaway_index([missing], embedder),
    ):
        pass
