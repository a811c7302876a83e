"""Words an answer: asks the model, checks what it wrote against the articles, and keeps what stands there."""

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b

from index.languages import ENGLISH, is_english, language_of
from index.types import Article, Passage
from retrieval.containment import says
from retrieval.evidence.citations import cite, origins
from retrieval.evidence.names import fold, mentions, names_asked
from retrieval.questions.computed import leaves_to_compute
from retrieval.questions.kinds import Kind, kind_of
from retrieval.reading.reader import Reader
from retrieval.types import Answer, Citation, Outcome, Statement
from retrieval.values import amounts
from wording.budget import Budget
from wording.calculation import Row, exact_value, shown
from wording.checking import Flaw, align, flaw, translation_flaw, unit_of
from wording.client import ChatModel
from wording.errors import BudgetSpent, WordingError
from wording.quotes import find_quote
from wording.replies import (
    GivenQuote,
    GivenRow,
    GivenSentence,
    Reply,
    messages,
    parse,
    shown_passages,
)
from wording.support import is_read

log = logging.getLogger(__name__)

CACHED = 512  # replies
OnSentences = Callable[[Sequence[Statement]], Awaitable[None]]
# Asks for more than one value: what no single span of an article can say.
_COMPOSED = re.compile(
    r"\b(?:compar\w+|versus|vs|differ\w*|timeline|chronolog\w*|summar\w+|overview|list|both|each|all|than|"
    r"résum\w+|chronologie|compare[rz]?|différence|chaque|tous|toutes)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Tally:
    """What came of the model's sentences since the start."""

    questions: int = 0
    worded: int = 0  # answers shown in its words
    failed: int = 0  # no usable reply
    tokens: int = 0
    kept: int = 0  # sentences
    dropped: dict[Flaw, int] = field(default_factory=dict)

    def drop(self, why: Flaw) -> None:
        self.dropped[why] = self.dropped.get(why, 0) + 1

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "dropped": {why.name.lower(): count for why, count in self.dropped.items()}}

    def line(self) -> str:
        """All of it for people."""
        dropped = ", ".join(f"{why.value} {count:,}" for why, count in self.dropped.items()) or "none"
        each = self.tokens / max(1, self.questions)
        return (
            f"Worded: {self.worded:,} of {self.questions:,} answers, no usable reply to {self.failed:,}. "
            f"Sentences kept: {self.kept:,}; dropped: {dropped}. "
            f"Tokens: {self.tokens:,}, {each:,.0f} a question."
        )


class Writer:
    """Words answers. For one event loop. `article` gives the stored article of an id."""

    def __init__(
        self, model: ChatModel, reader: Reader, article: Callable[[str], Article | None], budget: Budget
    ) -> None:
        self.name = model.server.model
        self.budget = budget
        self.tally = Tally()
        self.on_budget_spent: Callable[[int], Awaitable[None]] | None = None
        self._model = model
        self._reader = reader.second or reader
        self._article = article
        self._replies: OrderedDict[bytes, str] = OrderedDict()

    async def word(self, answer: Answer, on_sentences: OnSentences | None = None) -> Answer:
        """The answer in the model's words, or as it was: never later than the time-out, never an error.

        `on_sentences` is given the sentences that are checked already while others are still written. A
        dispute is shown as retrieval found it.
        """
        if answer.outcome is Outcome.DISPUTED or not answer.passages:
            return answer
        self.tally.questions += 1
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._model.server.timeout_s):
                worded = await self._word(answer, on_sentences)
        except (WordingError, TimeoutError) as error:
            self.tally.failed += 1
            log.warning("the answer is not worded: %s", str(error) or "no complete reply in time")
            if isinstance(error, BudgetSpent) and self.on_budget_spent and self.budget.may_tell():
                await self.on_budget_spent(self.budget.spent())
            return answer
        if worded is answer:
            return answer
        self.tally.worded += 1
        took_ms = round((time.perf_counter() - began) * 1000)
        return replace(worded, elapsed_ms=answer.elapsed_ms + took_ms)

    async def close(self) -> None:
        await self._model.close()

    async def _word(self, answer: Answer, on_sentences: OnSentences | None) -> Answer:
        passages = shown_passages(answer.passages)
        key = _key(self.name, answer.standalone, passages)
        cached = self._replies.get(key)
        checked: dict[GivenSentence, Statement | Flaw] = {}

        async def on_text(text: str) -> None:
            await self._check(parse(text), answer, checked)
            sentences = [one for one in checked.values() if isinstance(one, Statement)]
            if sentences and on_sentences:
                await on_sentences(sentences)

        if cached is None:
            if self.budget.is_spent:
                raise BudgetSpent(f"LLM_DAILY_TOKENS is used up: {self.budget.spent():,} tokens today")
            streamed = on_text if on_sentences and _may_show_early(answer) else None
            written = await self._model.write(messages(answer.standalone, passages), streamed)
            self.budget.spend(written.tokens)
            self.tally.tokens += written.tokens
            cached = written.text
            self._remember(key, cached)
        reply = parse(cached)
        await self._check(reply, answer, checked)
        for one in checked.values():
            if isinstance(one, Flaw):
                self.tally.drop(one)
        said = [one for one in checked.values() if isinstance(one, Statement)]
        self.tally.kept += len(said)
        computed = await asyncio.to_thread(self._computed, reply, answer)
        statements = _with_origins([*said, *([computed] if computed else [])], self._article)
        if not statements or not await asyncio.to_thread(self._answers, answer, statements, bool(computed)):
            if statements:
                self.tally.drop(Flaw.OFF_TOPIC)
            return answer
        return replace(answer, outcome=Outcome.ANSWERED, statements=statements, worded_by=self.name)

    async def _check(
        self, reply: Reply, answer: Answer, checked: dict[GivenSentence, Statement | Flaw]
    ) -> None:
        for sentence in reply.sentences:
            if sentence not in checked:
                checked[sentence] = await asyncio.to_thread(self._checked, sentence, answer)

    def _checked(self, given: GivenSentence, answer: Answer) -> Statement | Flaw:
        citations = [self._citation(quote, answer) for quote in given.quotes]
        quoted = tuple(dict.fromkeys(one for one in citations if one))
        if not quoted or None in citations:
            return Flaw.QUOTE
        quotes = [one.quote for one in quoted]
        context = "\n".join(f"{one.source.title}\n{one.passage.heading}" for one in quoted)
        language = _language("\n".join(quotes))
        if wrong := flaw(given.text, quotes, language, context):
            return wrong
        if not is_read(given.text, "\n".join(quotes), self._reader):
            return Flaw.READING
        text = given.text
        if given.translation and _language(answer.question) != language:
            if wrong := translation_flaw(given.text, given.translation):
                return wrong
            text = given.translation
        return Statement(text, quoted, answer.confidence, is_worded=True)

    def _citation(self, given: GivenQuote, answer: Answer) -> Citation | None:
        """The quote as a citation of the stored article; None where it does not stand in that passage."""
        passages = shown_passages(answer.passages)
        if not 1 <= given.passage <= len(passages):
            return None
        passage = passages[given.passage - 1]
        span, article = find_quote(passage, given.words), self._article(passage.source.article_id)
        if span is None or article is None:
            return None
        return cite(passage, *span, article, 1, answer.copies.get(passage, ()))

    def _computed(self, reply: Reply, answer: Answer) -> Statement | None:
        """The calculation over the rows that stand in their quotes, done here; None when any does not."""
        if not reply.rows:
            return None
        checked = [self._row(row, answer) for row in reply.rows]
        found = [one for one in checked if one is not None]
        if len(found) < len(checked) or len({column for _, _, column in found}) > 1:
            return None
        text = shown(reply.operation, list(dict.fromkeys(row for row, _, _ in found)))
        quoted = tuple(dict.fromkeys(citation for _, citation, _ in found))
        return Statement(text, quoted, answer.confidence, is_worded=True) if text else None

    def _row(self, given: GivenRow, answer: Answer) -> tuple[Row, Citation, int] | None:
        citation, value = self._citation(given.quote, answer), exact_value(given.value)
        if citation is None or value is None or not given.label:
            return None
        quote = citation.quote
        label = align(given.label, quote, _language(quote))
        places = [one for one in amounts(quote) if one.low == one.high == float(value)]
        at = fold(quote).find(fold(given.label))
        if label.missing or at < 0 or len(places) != 1:
            return None
        (place,) = places
        nearest = min(amounts(quote), key=lambda one: max(at - one.end, one.start - at - len(given.label)))
        if "|" not in quote and nearest != place:  # "32 in Gao, 19 in Sévaré"
            return None
        column = quote[: place.start].count("|") if "|" in quote else 0
        unit = unit_of(quote, place)
        return Row(given.label, value, "" if unit in given.label else unit), citation, column

    def _answers(self, answer: Answer, statements: Sequence[Statement], computed: bool) -> bool:
        """Whether checked sentences answer the question: they may be true and about something else.

        For one value they say what the reader found, or the reader finds its answer in their quotes and they
        say it. What was refused as one value is only answered when they say what came nearest.
        """
        text = " ".join(one.text for one in statements)
        citations = [citation for one in statements for citation in one.citations]
        quoted = "\n".join(dict.fromkeys(one.quote for one in citations))
        about = fold(f"{quoted}\n" + "\n".join(one.source.title for one in citations))
        if any(not mentions(about, name) for name in names_asked(answer.standalone, lambda _: True)):
            return False
        if computed or is_composed(answer.standalone):
            return True
        if kind_of(answer.standalone) in (Kind.BROAD, Kind.YES_NO):
            return answer.outcome is Outcome.ANSWERED
        found = answer.statements[0].text if answer.statements else answer.best
        if found and says(text, found):
            return True
        if answer.outcome is Outcome.NOT_FOUND:
            return False
        passage = replace(citations[0].passage, start=0, end=len(quoted), text=quoted, heading="", outline=())
        best = next(iter(self._reader.read(answer.standalone, [passage])[0]), None)
        return best is not None and best.score > 0 and says(text, best.text)

    def _remember(self, key: bytes, reply: str) -> None:
        self._replies[key] = reply
        if len(self._replies) > CACHED:
            self._replies.popitem(last=False)


def is_composed(question: str) -> bool:
    """Whether it asks for what no single span says: a comparison, a sum, the largest, a summary."""
    return bool(_COMPOSED.search(question)) or leaves_to_compute(question, "")


def _may_show_early(answer: Answer) -> bool:
    """Whether a checked sentence is shown before the last one: not where it may be off the topic."""
    return answer.outcome is Outcome.ANSWERED


def _with_origins(
    statements: Sequence[Statement], article: Callable[[str], Article | None]
) -> tuple[Statement, ...]:
    """The statements whose citations share a number where their articles are copies of one story."""
    ids = dict.fromkeys(c.source.article_id for one in statements for c in one.citations)
    stories = origins([found for one in ids if (found := article(one))])
    return tuple(
        replace(
            one,
            citations=tuple(replace(c, origin=stories[c.source.article_id]) for c in one.citations),
        )
        for one in statements
    )


def _language(text: str) -> str:
    return ENGLISH if is_english(text) else language_of([f"{text}\n" * 3])


def _key(model: str, question: str, passages: Sequence[Passage]) -> bytes:
    said = "\0".join([model, question, *(f"{one.id}\0{one.text}" for one in passages)])
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()
