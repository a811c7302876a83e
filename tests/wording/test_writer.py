"""Answers worded by a scripted model over the seeds: what is shown stands in the articles."""

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from index.passages.sentences import split_sentences
from index.store.embedded import EmbeddedStore
from retrieval.answerer import Answerer
from retrieval.types import Answer, Outcome, Statement
from retrieval.values import numbers
from tests.wording.server import Fault, ModelServer
from wording.checking import flaw
from wording.replies import MAX_SENTENCES, shown_passages
from wording.writer import Writer

QUESTIONS = (
    "how many trucks were destroyed?",
    "who attacked the Gao convoy?",
    "what happened near Gao?",
    "when was Bamako International Airport attacked?",
    "summarize the attack on the convoy",
    "how many people were killed in Bamako?",
)
TRUCKS = "At least five trucks were destroyed by the Islamic State (IS) jihadists"


@pytest.fixture(scope="module")
def answers(answerer: Answerer) -> list[Answer]:
    return [answerer.answer(question) for question in QUESTIONS]


def reply(*sentences: tuple[str, int, str], calculation: object = None) -> str:
    """Sentences as a model replies: text, passage, quote."""
    said = [
        {"quotes": [{"passage": number, "words": words}], "text": text, "translation": None}
        for text, number, words in sentences
    ]
    return json.dumps({"sentences": said, "calculation": calculation})


def word(writer: Writer, answer: Answer) -> Answer:
    async def once() -> Answer:
        try:
            return await writer.word(answer)
        finally:
            await writer.close()

    return asyncio.run(once())


def place(answer: Answer, words: str) -> int:
    """The number of the passage in which the words stand."""
    return next(n for n, one in enumerate(shown_passages(answer.passages), 1) if words in one.text)


def test_a_sentence_that_its_quote_says_is_shown_with_the_quote_as_stored(
    writer: Writer, scripted: ModelServer, answers: list[Answer]
) -> None:
    answer = answers[0]
    scripted.script = lambda _: reply(("At least five trucks were destroyed.", place(answer, TRUCKS), TRUCKS))

    worded = word(writer, answer)

    (statement,) = worded.statements
    assert (statement.text, worded.worded_by) == ("At least five trucks were destroyed.", "scripted")
    assert TRUCKS in statement.citations[0].quote
    assert scripted.requests[0]["model"] == "scripted"
    assert "tools" not in scripted.requests[0]
    assert scripted.keys == {"Bearer sk-secret"}


def test_a_question_asked_again_is_not_sent_again(
    writer: Writer, scripted: ModelServer, answers: list[Answer]
) -> None:
    answer = answers[0]
    scripted.script = lambda _: reply(("At least five trucks were destroyed.", place(answer, TRUCKS), TRUCKS))

    first, second = word(writer, answer), word(writer, answer)

    assert first.statements == second.statements
    assert len(scripted.requests) == 1


def test_a_server_without_schemas_is_asked_without(
    writer: Writer, scripted: ModelServer, answers: list[Answer]
) -> None:
    answer, scripted.takes_schemas = answers[0], False
    text = reply(("At least five trucks were destroyed.", place(answer, TRUCKS), TRUCKS))
    scripted.script = lambda _: f"Sure! Here is the JSON:\n```json\n{text}\n```"

    assert word(writer, answer).worded_by == "scripted"
    assert "response_format" not in scripted.requests[-1]


def test_a_dispute_is_shown_whatever_the_model_would_say(
    writer: Writer, scripted: ModelServer, answerer: Answerer
) -> None:
    disputed = answerer.answer("how many people were killed in the convoy attack near Gao?")

    assert disputed.outcome is Outcome.DISPUTED
    assert word(writer, disputed) is disputed
    assert scripted.requests == []


def test_what_is_true_but_not_what_was_asked_leaves_the_answer_as_it_was(
    writer: Writer, scripted: ModelServer, answers: list[Answer]
) -> None:
    answer = answers[3]
    passage = shown_passages(answer.passages)[1]
    start, end = max(split_sentences(passage.text), key=lambda span: span[1] - span[0])
    sentence = passage.text[start:end]
    scripted.script = lambda _: reply((sentence, 2, sentence))

    assert word(writer, answer) == answer


def test_values_are_computed_with_here_and_not_by_the_model(
    writer: Writer, scripted: ModelServer, answerer: Answerer
) -> None:
    answer = answerer.answer("how many minibuses and trucks were there in total in the convoy?")
    buses = "22 minibuses, six large buses, and eight trucks."
    quote = {"passage": place(answer, buses), "words": buses}

    def rows(*values: tuple[str, str]) -> object:
        shown = [{"label": label, "value": value, "quote": quote} for label, value in values]
        return {"operation": "sum", "rows": shown, "result": 99}

    scripted.script = lambda _: reply(calculation=rows(("minibuses", "22"), ("trucks", "seven")))
    wrong = word(writer, answer)
    writer._replies.clear()
    scripted.script = lambda _: reply(calculation=rows(("minibuses", "22"), ("trucks", "eight")))
    right = word(writer, answer)

    assert wrong == answer
    assert [one.text for one in right.statements] == ["22 (minibuses) + 8 (trucks) = 30"]
    assert right.statements[0].citations[0].quote.endswith(buses)


def test_a_comparison_that_no_quote_makes_is_answered_by_sentences_of_several_articles(
    writer: Writer, scripted: ModelServer, answerer: Answerer
) -> None:
    answer = answerer.answer("compare the attacks on Gao and Bamako")
    said = {
        name: (passage.text[start:end], number)
        for number, passage in enumerate(shown_passages(answer.passages), 1)
        for start, end in split_sentences(passage.text)
        for name in ("Gao", "Bamako")
        if f"{name} " in passage.text[start:end] and len(passage.text[start:end]) < 300
    }
    told = list(said.values())
    scripted.script = lambda _: reply(*((text, number, text) for text, number in told))

    worded = word(writer, answer)

    assert answer.outcome is Outcome.NOT_FOUND
    assert worded.outcome is Outcome.ANSWERED
    assert [one.text for one in worded.statements] == [text for text, _ in told]
    assert len({one.citations[0].passage for one in worded.statements}) == 2


def test_a_question_in_another_language_is_answered_in_it_by_a_translation(
    writer: Writer, scripted: ModelServer, answers: list[Answer]
) -> None:
    answer = replace(answers[0], question="Combien de camions ont été détruits dans cette attaque ?")
    quotes = [{"passage": place(answer, TRUCKS), "words": TRUCKS}]

    def translated(text: str) -> Answer:
        sentence = {"text": "At least five trucks were destroyed.", "quotes": quotes, "translation": text}
        scripted.script = lambda _: json.dumps({"sentences": [sentence]})
        writer._replies.clear()
        return word(writer, answer)

    right, wrong = (translated(f"Au moins {count} camions ont été détruits.") for count in (5, 6))

    assert [one.text for one in right.statements] == ["Au moins 5 camions ont été détruits."]
    assert TRUCKS in right.statements[0].citations[0].quote
    assert wrong == answer


def test_used_up_tokens_leave_answers_as_they_were_and_are_told_once(
    writer: Writer, scripted: ModelServer, answers: list[Answer]
) -> None:
    answer, notes = answers[0], list[int]()
    scripted.script = lambda _: reply(("At least five trucks were destroyed.", place(answer, TRUCKS), TRUCKS))

    async def note(tokens: int) -> None:
        notes.append(tokens)

    writer.budget.daily, writer.on_budget_spent = 100, note

    assert word(writer, answer).worded_by == "scripted"
    assert writer.budget.spent() == 120
    other = replace(answer, standalone="another question")
    assert word(writer, other) == other
    assert word(writer, other) == other
    assert notes == [120]
    assert len(scripted.requests) == 1


# A model that lies


def falsified(text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence with something in it made false: a number, a negation, a name, half of it negated."""
    if found := list(re.finditer(r"\d+", text)):
        one = rng.choice(found)
        yield "number", f"{text[: one.start()]}{int(one[0]) + rng.randint(1, 9)}{text[one.end() :]}"
    if found := list(re.finditer(r"\b(?:was|were|is|are|has|have|had|will)\b", text)):
        one = found[-1]
        yield "negated", f"{text[: one.end()]} not{text[one.end() :]}"
    if found := list(re.finditer(r"(?<=[a-z,] )[A-Z][a-z]{3,}", text)):
        one = rng.choice(found)
        yield "name", f"{text[: one.start()]}Timbuktu{text[one.end() :]}"
    if len(text) > 80:
        half = text.index(" ", len(text) // 2)
        yield "half", f"{text[:half]} did not happen, and{text[half:]}"
        yield "added", f"{text.rstrip('.')} and the minister resigned."


def lies(answer: Answer, rng: random.Random) -> Iterator[str]:
    """Replies of which not one sentence may be shown."""
    passages = shown_passages(answer.passages)
    for number, passage in enumerate(passages, 1):
        sentences = [passage.text[a:b] for a, b in split_sentences(passage.text)]
        for sentence in (one for one in sentences if 40 < len(one) < 300):
            elsewhere = next(n for n, p in enumerate(passages, 1) if sentence not in p.text)
            yield reply((sentence, elsewhere, sentence))  # of another source
            yield reply((sentence, 99, sentence))
            yield reply((sentence, number, f"{sentence} Officials confirmed it."))  # an invented quote
            yield reply((sentence, number, f"{sentences[0][:30]} {sentences[-1][-30:]}"))  # a stitched one
            for _, false in falsified(sentence, rng):
                yield reply((false, number, sentence))
                yield reply((false, number, false))


def test_of_hundreds_of_lies_none_is_shown(
    writer: Writer, scripted: ModelServer, answers: list[Answer]
) -> None:
    rng = random.Random(7)
    asked = [answer for answer in answers if answer.outcome is not Outcome.DISPUTED]
    chosen = rng.sample([(answer, text) for answer in asked for text in lies(answer, rng)], 300)

    async def ask_all() -> list[Answer]:
        shown = []
        for answer, text in chosen:
            scripted.script = lambda _, text=text: text  # type: ignore[misc]
            writer._replies.clear()
            shown.append(await writer.word(answer))
        await writer.close()
        return shown

    shown = asyncio.run(ask_all())

    assert shown == [answer for answer, _ in chosen]
    assert (writer.tally.questions, writer.tally.kept, writer.tally.failed) == (300, 0, 0)


def test_true_sentences_among_lies_are_shown_and_each_stands_in_its_quotes(
    writer: Writer, scripted: ModelServer, answers: list[Answer], store: EmbeddedStore
) -> None:
    answer, rng = answers[4], random.Random(3)
    passages = shown_passages(answer.passages)
    mixed = []
    for number, passage in enumerate(passages, 1):
        for a, b in split_sentences(passage.text):
            true = passage.text[a:b]
            mixed += [(false, number, true) for _, false in falsified(true, rng)] + [(true, number, true)]
    groups = [rng.sample(mixed, MAX_SENTENCES) for _ in range(10)]

    async def ask_all() -> list[Answer]:
        shown = []
        for group in groups:
            scripted.script = lambda _, group=group: reply(*group)  # type: ignore[misc]
            writer._replies.clear()
            shown.append(await writer.word(answer))
        await writer.close()
        return shown

    statements = [one for worded in asyncio.run(ask_all()) for one in worded.statements if one.is_worded]

    assert len(statements) > 3
    assert {one.text for one in statements} <= {text for text, _, words in mixed if text == words}
    for statement in statements:
        assert_supported(statement, store)


def assert_supported(statement: Statement, store: EmbeddedStore) -> None:
    """Its quotes stand in the stored articles, and all its numbers in them."""
    for citation in statement.citations:
        article = store.article(citation.source.article_id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
    quoted = "\n".join(citation.quote for citation in statement.citations)
    assert numbers(statement.text) <= numbers(quoted)
    assert flaw(statement.text, [quoted], context=statement.citations[0].source.title) is None


# A server that fails

TIMEOUT_S = 0.5

FAULTS: dict[str, Callable[[dict[str, Any]], str | Fault]] = {
    "stalls at once": lambda _: Fault(stalls=True),
    "stalls in the middle": lambda _: Fault(stalls=True, after=reply(("x", 1, "y"))[:60]),
    "breaks off": lambda _: Fault(breaks=True, after=reply(("x", 1, "y"))[:60]),
    "too many requests": lambda _: Fault(429, '{"error": {"message": "slow down sk-secret"}}'),
    "an error": lambda _: Fault(500, "oops"),
    "no model": lambda _: Fault(404, '{"error": {"message": "no such model"}}'),
    "no JSON": lambda _: Fault(body="<html>It works!</html>"),
    "another JSON": lambda _: Fault(body='{"choices": 7}'),
    "prose": lambda _: "The convoy was attacked by 900 men.",
    "a refusal": lambda _: "I'm sorry, I can't help with that.",
    "nothing": lambda _: "",
    "JSON of another form": lambda _: '{"sentences": [3, null, {"text": 5}, {"text": "a", "quotes": [1]}]}',
    "endless brackets": lambda _: "{" * 11_000,
    "endless text": lambda _: "word " * 9_000,
    "a tool call": lambda _: '{"tool_calls": [{"function": {"name": "fetch", "arguments": "{}"}}]}',
    "a number": lambda _: "42",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_failure_is_answered_within_the_time_out(
    fault: str,
    writer: Writer,
    scripted: ModelServer,
    answers: list[Answer],
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer, scripted.script = answers[0], FAULTS[fault]
    writer._model.server = replace(writer._model.server, timeout_s=TIMEOUT_S)

    began = time.monotonic()
    shown = word(writer, answer)

    assert shown == answer
    assert time.monotonic() - began < TIMEOUT_S + 2  # and what else this machine does
    assert "sk-secret" not in caplog.text


def test_a_server_that_is_not_there_leaves_the_answer_as_it_was(
    writer: Writer, answers: list[Answer]
) -> None:
    writer._model.server = replace(writer._model.server, base_url="http://127.0.0.1:9/v1")

    assert word(writer, answers[0]) == answers[0]
    assert writer.tally.failed == 1
