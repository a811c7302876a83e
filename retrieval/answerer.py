"""A question becomes an Answer: find, read, weigh, ground, say. The only verb of this package."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from index.languages import is_english
from index.types import (
    PUBLIC_ONLY,
    Article,
    Candidates,
    Embedder,
    Hit,
    Passage,
    SearchFilter,
    Source,
    Store,
    Vectors,
)
from retrieval.containment import says
from retrieval.conversation.follow_up import FollowUp, alone, follow_up
from retrieval.conversation.topic import TopicModel, bundled_topic_model
from retrieval.evidence.broad import READ_PASSAGES, sentences, summary
from retrieval.evidence.citations import cite, origins, stated
from retrieval.evidence.features import Evidence, crosses, weigh
from retrieval.evidence.grouping import Group, contradict, groups, newest_first, sides
from retrieval.evidence.names import fold, mentions, names_asked, names_elsewhere, root
from retrieval.evidence.ranker import ANOTHER_SENTENCE, ANOTHER_SIDE, ANSWERED, WEIGHTS
from retrieval.questions.computed import leaves_to_compute
from retrieval.questions.kinds import Kind, considered, content_words, is_summary, kind_of, marked
from retrieval.questions.parts import compared, questions_in
from retrieval.questions.spelling import respelled
from retrieval.reading.excerpts import read_again
from retrieval.reading.reader import LanguageReader, Reader, Reading
from retrieval.reading.tables import looked_up
from retrieval.search.dates import Period, as_of, period_asked, time_asked
from retrieval.search.fusion import Candidate, fuse
from retrieval.search.queries import fuse_searches
from retrieval.types import Answer, Conversation, Outcome, Statement
from retrieval.values import is_quantity

SEARCHED = 50  # passages from each list before fusing
READ = 12  # with 16 the best reading is right for .54 of news questions instead of .53, a quarter slower
FUSED = 30  # of each of several searches; 12 lose .05 of hit@10 on CAsT 2021
READ_AGAIN = 4  # by the second reader; docs/decisions/0025, 0027
READABLE_WORDS = 2  # subject words with which a follow-up can be read as it was asked
SEARCH_WEIGHTS = (1.0, 0.5, 0.5)  # with what the question lacks; alone; behind the last answer: decision 0036
MAX_CITATIONS = 3  # per statement; more that say the same are copies of them, or stay among the passages
UNSURE = 0.53  # confidence: less sure with a topic that was guessed, the question is answered without it too
TOLD_WHOLE = (Kind.BROAD, Kind.YES_NO)  # by sentences


@dataclass(frozen=True, slots=True)
class _Draft:
    """Something to say and where it is said to stand: not yet checked against the stored text."""

    text: str
    quotes: Sequence[tuple[Passage, int, int]]
    confidence: float
    value: str = ""  # what the articles say to the question, where another draft may contradict it


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which articles may answer, and the day on which it is asked, where that is known."""

    where: SearchFilter
    asked_on: date | None


@dataclass(frozen=True, slots=True)
class _Said:
    """What came of one understanding of a question."""

    statements: tuple[Statement, ...]
    is_disputed: bool
    passages: Sequence[Passage]  # best first
    best: str
    confidence: float
    copies: Mapping[Passage, tuple[Source, ...]]

    @property
    def outcome(self) -> Outcome:
        if not self.statements:
            return Outcome.NOT_FOUND
        several = len(self.statements) > 1
        return Outcome.DISPUTED if several and self.is_disputed else Outcome.ANSWERED

    def and_also(self, other: "_Said") -> "_Said":
        """This, and what came of another question; a dispute only where all is about the one thing."""
        if not (self.statements and other.statements):
            return self if self.statements else other
        return _Said(
            tuple(dict.fromkeys((*self.statements, *_numbered_on(self.statements, other.statements)))),
            False,
            list(dict.fromkeys((*self.passages, *other.passages))),
            self.best,
            min(self.confidence, other.confidence),
            {**self.copies, **other.copies},
        )


class Answerer:
    """Answers from a store's articles. Loaded once; safe for several threads.

    `disabled`: rules that are left out, by their names in retrieval.ablations, to measure their worth.
    `today` tells the day on which a question is asked; without it the time plays no part.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        reader: Reader,
        *,
        disabled: Set[str] = frozenset(),
        today: Callable[[], date | None] = lambda: None,
        topics: TopicModel | None = None,
    ) -> None:
        self._topics = topics or bundled_topic_model()
        self._disabled = disabled
        self._weights = {name: 0.0 if name in disabled else weight for name, weight in WEIGHTS.items()}
        self._store = store
        self._embedder = embedder
        self._reader = reader
        self._today = today

    def answer(
        self,
        question: str,
        conversation: Conversation = Conversation(),
        where: SearchFilter = PUBLIC_ONLY,
        asked_on: date | None = None,
    ) -> Answer:
        """What the articles that `where` admits say to the question, understood after `conversation`.

        `asked_on`: the day it was asked, when that is not today.
        Blocks for about a tenth of a second. Raises StoreError when the store cannot be reached.
        """
        began = time.perf_counter()
        question = considered(question)
        asked_on = asked_on or self._today()
        spelled = respelled(question, lambda prefix: self._store.vocabulary(prefix, where))
        if spelled != question and "spelling" in self._disabled:
            spelled = question
        asked, until = as_of(spelled, asked_on)
        if until and not (where.published_to and where.published_to < until):
            where = replace(where, published_to=until)
        standalone, said = self._say_all(asked, conversation, _Scope(where, until or asked_on))
        return Answer(
            question=question,
            standalone=spelled if until and standalone == asked else standalone,
            outcome=said.outcome,
            statements=said.statements,
            passages=said.passages,
            elapsed_ms=round((time.perf_counter() - began) * 1000),
            best=said.best,
            confidence=round(said.confidence, 3),
            copies=said.copies,
            asked_on=asked_on,
        )

    def expect_other_languages(self) -> None:
        """Get ready for questions and articles that are not in English, in the background."""
        if isinstance(self._reader, LanguageReader):
            self._reader.expect_other_languages()

    def _say_all(self, message: str, conversation: Conversation, scope: _Scope) -> tuple[str, _Said]:
        """What is said to all that the message asks; each question follows the one before it."""
        asked, *more = questions_in(message) if "parts" not in self._disabled else [message]
        understood, last = standalone, said = self._say_after(asked, conversation, scope)
        for question in more:
            conversation = conversation.with_turn(asked, understood, last.statements)
            understood, last = self._say_after(question, conversation, scope)
            asked, standalone, said = question, f"{standalone} {understood}", said.and_also(last)
        if not said.statements and "parts" not in self._disabled:
            each = [
                self._say(f"What is {one}?", alone(f"What is {one}?"), scope) for one in compared(message)
            ]
            if each and all(one.statements for one in each):
                first, second = (replace(one, statements=one.statements[:1]) for one in each)
                said = first.and_also(second)
        return considered(standalone), said

    def _say_after(self, asked: str, conversation: Conversation, scope: _Scope) -> tuple[str, _Said]:
        """The question with what it lacks of the conversation; as it was asked when that is the surer."""
        understood = follow_up(asked, conversation, self._topics, self._embedder)
        standalone = considered(understood.standalone)  # each follow-up may add to it
        said = self._say(standalone, understood, scope)
        if understood.lacks and said.confidence < UNSURE:
            as_asked = self._say(asked, alone(asked), scope)
            if as_asked.confidence > said.confidence:
                # Sure enough, it needs no conversation; else the talk goes on about the same.
                return (asked if as_asked.confidence >= UNSURE else standalone), as_asked
        return standalone, said

    def _say(self, standalone: str, understood: FollowUp, scope: _Scope) -> _Said:
        kind = kind_of(standalone)
        vector = self._embedder.embed_question(marked(standalone))
        candidates = self._find_all(understood, standalone, vector, scope)
        asks = content_words(standalone)  # a reader finds something to nothing as well
        evidence = self._read(standalone, understood, candidates, scope) if asks else []
        if asks and kind in TOLD_WHOLE and "broad" not in self._disabled:
            evidence = self._told_whole(standalone, vector, candidates, evidence, scope)
        unfit = [one for one in evidence if _is_part(standalone, one) or not _is_counted(kind, one)]
        fit = _of_their_time([one for one in evidence if one not in unfit])
        evidence = fit + list(map(_refused, unfit))
        copies = _copies(candidates)
        best, confidence = (evidence[0].text, evidence[0].confidence) if evidence else ("", 0.0)
        drafts, is_disputed = self._conclude(evidence, kind)
        statements = self._ground(drafts, copies)
        return _Said(statements, is_disputed, _passages(evidence, candidates), best, confidence, copies)

    def _told_whole(
        self,
        question: str,
        vector: Vectors,
        candidates: Sequence[Candidate],
        read: Sequence[Evidence],
        scope: _Scope,
    ) -> list[Evidence]:
        """The sentences that answer, for a question that no few words do.

        None is sure where every article is of another time, or mentions no name of the question.
        """
        unnamed = {one.article_id: one.unnamed for one in read}
        time = time_asked(question, [candidate.passage for candidate in candidates], scope.asked_on)
        fitting = [
            candidate
            for candidate in candidates
            if unnamed.get(candidate.passage.source.article_id, 0.0) < 1
            and not (time and time.is_missed_by(candidate.passage, candidate.passage.text))
        ]
        looked_at = (fitting or candidates)[:READ_PASSAGES]
        found = sentences(
            question,
            vector,
            looked_at,
            read,
            self._embedder,
            unnamed,
            scope.asked_on,
            weights=self._weights,
        )
        if found and is_summary(question):
            found = summary(found[0], self._store.article_passages(found[0].article_id), self._embedder)
        return found if fitting else list(map(_refused, found))

    def _find_all(
        self, understood: FollowUp, standalone: str, vector: Vectors, scope: _Scope
    ) -> list[Candidate]:
        """What all searches for the question find together; each candidate's cosine is to the question."""
        others = [considered(search) for search in understood.searches[1:]]
        if not others:
            return self._find(standalone, vector, scope)
        asked = [(standalone, vector), *((one, self._embedder.embed_question(marked(one))) for one in others)]
        found = [self._find(text, embedded, scope, FUSED) for text, embedded in asked]
        candidates = fuse_searches(found, SEARCH_WEIGHTS[: len(found)], READ)
        vectors = self._store.vectors([candidate.passage.id for candidate in candidates])
        cosines = (vectors @ vector).tolist()
        return [replace(one, cosine=cosine) for one, cosine in zip(candidates, cosines, strict=True)]

    def _find(self, question: str, vector: Vectors, scope: _Scope, limit: int = READ) -> list[Candidate]:
        found = self._store.search(vector, question, scope.where, SEARCHED)
        period = period_asked(question, scope.asked_on)
        if period:  # those of the time asked about are among what is found
            found = _together(found, self._store.search(vector, question, _within(scope.where, period), READ))
        cosines = {hit.passage.id: hit.score for hit in found.dense}
        unknown = [hit.passage.id for hit in found.keyword if hit.passage.id not in cosines]
        if unknown:
            cosines |= dict(zip(unknown, (self._store.vectors(unknown) @ vector).tolist(), strict=True))
        return fuse(found, cosines, limit, scope.asked_on)

    def evidence(
        self, question: str, where: SearchFilter = PUBLIC_ONLY, asked_on: date | None = None
    ) -> list[Evidence]:
        """Every reading for a self-contained question, weighed, best first: what `answer` decides on."""
        scope = _Scope(where, asked_on)
        vector = self._embedder.embed_question(marked(question))
        found = self._find(question, vector, scope)
        read = self._read(question, alone(question), found, scope)
        if kind_of(question) in TOLD_WHOLE:
            return self._told_whole(question, vector, found, read, scope)
        return read

    def _read(
        self, question: str, understood: FollowUp, candidates: Sequence[Candidate], scope: _Scope
    ) -> list[Evidence]:
        passages = [candidate.passage for candidate in candidates]
        # The passages were chosen with the antecedent; naming it again only distracts the reader from
        # a follow-up that says enough itself ("how many trucks did they destroy?").
        is_readable = len(content_words(understood.asked)) >= READABLE_WORDS
        readable = understood.asked if is_readable else question
        unnamed = self._unnamed(question, candidates, scope)
        time = time_asked(question, passages, scope.asked_on)
        if time and time.has_articles and not time.is_said:  # no sentence repeats it: the articles' days tell
            readable = readable.replace(time.period.words, "")
        second = self._reader.second

        def weighed() -> list[Evidence]:
            usable = self._with_cells(question, passages, [readings[p] for p in passages])
            return weigh(
                question,
                candidates,
                usable,
                scope.asked_on,
                unnamed,
                weights=self._weights,
                disabled=self._disabled,
            )

        readings = dict(zip(passages, self._reader.read(readable, passages), strict=True))
        evidence = weighed()
        if second and "second" not in self._disabled:
            best_of = {one.reading.passage: one.reading for one in reversed(evidence)}
            best = list(dict.fromkeys(one.reading.passage for one in evidence))[:READ_AGAIN]
            readings |= zip(best, read_again(second, readable, best, best_of), strict=True)
            evidence = weighed()
        return evidence

    def _with_cells(
        self, question: str, passages: Sequence[Passage], readings: Sequence[list[Reading]]
    ) -> Sequence[list[Reading]]:
        """The readings, behind what is looked up in tables."""
        found = looked_up(question, passages)
        if not any(found) or "tables" in self._disabled:
            return readings
        return [a + b for a, b in zip(found, readings, strict=True)]

    def _unnamed(self, question: str, candidates: Sequence[Candidate], scope: _Scope) -> dict[str, float]:
        """For each candidate's article the share of the question's names that it does not mention."""
        where = scope.where

        def is_known(word: str, admitted: SearchFilter = where) -> bool:
            return mentions(" ".join(self._store.vocabulary(root(word), admitted)), word)

        names = names_asked(question, is_known)
        if names and "names" in self._disabled:
            names = frozenset()
        crossed = {c.passage.source.article_id for c in candidates if names and crosses(question, c.passage)}
        elsewhere = names_elsewhere(question) if crossed else {}
        said = dict.fromkeys((c.passage.source.article_id for c in candidates), "")
        for passage in (c.passage for c in candidates if names):
            said[passage.source.article_id] += fold(
                f"{passage.source.title}\n{passage.heading}\n{passage.text}\n"
            )

        def is_named(name: str, article_id: str) -> bool:
            text = said[article_id]
            if mentions(text, name) or is_known(name, replace(where, article_ids=frozenset({article_id}))):
                return True
            others = elsewhere.get(name, ()) if article_id in crossed else ()
            return any(all(mentions(text, word) for word in other) for other in others)

        return {
            article_id: sum(not is_named(name, article_id) for name in names) / max(len(names), 1)
            for article_id in said
        }

    def _conclude(self, evidence: Sequence[Evidence], kind: Kind) -> tuple[list[_Draft], bool]:
        """The best answer and what other articles say, and whether that contradicts it.

        Nothing when no reading is sure enough.
        """
        if not evidence or evidence[0].confidence < ANSWERED:
            return [], False
        if kind in TOLD_WHOLE:
            return _told(evidence), False
        first, *others = groups(evidence, kind)
        others = [group for group in others if _is_side(group.leader, first.leader)]
        if not others or "disputes" in self._disabled:
            return [_draft(first)], False
        articles = self._articles(one.article_id for group in (first, *others) for one in group.members)
        stories = origins(list(articles.values()))
        texts = {article_id: article.text for article_id, article in articles.items()}
        shown = sides(first, others, kind, stories, texts)
        is_disputed = contradict(shown, kind)
        if is_disputed and "newest_first" not in self._disabled:
            shown = newest_first(shown)
        return [_draft(group) for group in shown], is_disputed

    def _ground(
        self, drafts: Sequence[_Draft], copies: Mapping[Passage, tuple[Source, ...]]
    ) -> tuple[Statement, ...]:
        """The drafts with those quotes that stand in the stored articles; without a quote nothing is said."""
        articles = self._articles(p.source.article_id for draft in drafts for p, _, _ in draft.quotes)
        values = {p.source.article_id: draft.value for draft in reversed(drafts) for p, _, _ in draft.quotes}
        stories = origins(list(articles.values()), values)
        statements = []
        for draft in drafts:
            quotes = [(p, a, b, articles.get(p.source.article_id)) for p, a, b in draft.quotes]
            told = [article.source for *_, article in quotes[MAX_CITATIONS:] if article]
            citations = [
                citation
                for passage, start, end, article in quotes[:MAX_CITATIONS]
                if article
                and (
                    citation := cite(
                        passage,
                        start,
                        end,
                        article,
                        stories[article.source.article_id],
                        _with_copies(article, copies.get(passage, ()), told, stories),
                    )
                )
            ]
            if statement := stated(draft.text, citations, round(draft.confidence, 3)):
                statements.append(statement)
        return tuple(statements)

    def _articles(self, article_ids: Iterable[str]) -> dict[str, Article]:
        return {i: article for i in dict.fromkeys(article_ids) if (article := self._store.article(i))}


def _numbered_on(before: Sequence[Statement], statements: Sequence[Statement]) -> list[Statement]:
    """The statements with origins numbered on from those before them; an article keeps its number."""
    known = {citation.source.article_id: citation.origin for one in before for citation in one.citations}
    numbers: dict[int, int] = {}
    cited = [citation for one in statements for citation in one.citations]
    for citation in sorted(cited, key=lambda one: one.source.article_id not in known):
        following = 1 + max([*known.values(), *numbers.values()])
        numbers.setdefault(citation.origin, known.get(citation.source.article_id, following))
    return [
        replace(one, citations=tuple(replace(c, origin=numbers[c.origin]) for c in one.citations))
        for one in statements
    ]


def _refused(one: Evidence) -> Evidence:
    """The evidence, too unlikely to be said; still the likelier, the nearer it is."""
    return replace(one, confidence=one.confidence * ANSWERED)


def _within(where: SearchFilter, period: Period) -> SearchFilter:
    """What `where` admits, published in this period."""
    first = max(filter(None, (where.published_from, period.first)), default=None)
    last = min(filter(None, (where.published_to, period.last)), default=None)
    return replace(where, published_from=first, published_to=last)


def _together(found: Candidates, more: Candidates) -> Candidates:
    """The lists of two searches for the same words as one."""

    def merged(one: Sequence[Hit], other: Sequence[Hit]) -> list[Hit]:
        return sorted({hit.passage.id: hit for hit in (*one, *other)}.values(), key=lambda hit: -hit.score)

    return Candidates(merged(found.dense, more.dense), merged(found.keyword, more.keyword))


def _of_their_time(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence; where some is sure enough and of the time asked about, that of another is not said."""
    if not any(one.confidence >= ANSWERED and not one.other_time for one in evidence):
        return list(evidence)
    of_another = (one for one in evidence if one.other_time)
    refused = [replace(one, confidence=one.confidence * ANOTHER_SENTENCE) for one in of_another]
    return [one for one in evidence if not one.other_time] + refused


def _is_part(question: str, one: Evidence) -> bool:
    """Whether it is one of the values that the question wants compared or added up."""
    passage = one.reading.passage
    return leaves_to_compute(question, f"{passage.source.title}\n{passage.heading}\n{one.quote}")


def _is_side(other: Evidence, best: Evidence) -> bool:
    """Whether it is likely enough to stand beside the best, and of the same time and names."""
    least = ANSWERED if best.crossed else ANOTHER_SIDE  # across languages articles seem to differ
    return other.confidence >= least and other.other_time <= best.other_time and other.unnamed <= best.unnamed


def _is_counted(kind: Kind, one: Evidence) -> bool:
    """Whether a question for a number is answered by one, which is only known in English."""
    return kind is not Kind.NUMBER or is_quantity(one.text) or not is_english(one.reading.passage.text)


def _copies(candidates: Sequence[Candidate]) -> dict[Passage, tuple[Source, ...]]:
    return {candidate.passage: candidate.copies for candidate in candidates if candidate.copies}


def _with_copies(
    cited: Article, copies: tuple[Source, ...], told: Sequence[Source], stories: Mapping[str, int]
) -> tuple[Source, ...]:
    """The copies, and those of the other articles `told` that are copies of the cited one's story."""
    story = stories[cited.source.article_id]
    return tuple(dict.fromkeys((*copies, *(one for one in told if stories[one.article_id] == story))))


def _told(evidence: Sequence[Evidence]) -> list[_Draft]:
    """The sentences or rows that are sure enough, each once."""
    sure = {one.quote: one for one in reversed(evidence) if one.confidence >= ANOTHER_SENTENCE}
    return [
        _Draft(one.quote, [(one.reading.passage, one.quote_start, one.quote_end)], one.confidence)
        for one in reversed(sure.values())
    ]


def _passages(evidence: Sequence[Evidence], candidates: Sequence[Candidate]) -> list[Passage]:
    """What was read: the passage of the best reading, then the others as retrieval ranked them.

    In the order of their readings a relevant article is among the first five for .90 of news questions,
    in this order for .94.
    """
    best = [one.reading.passage for one in evidence[:1]]
    return list(dict.fromkeys([*best, *(candidate.passage for candidate in candidates)]))


def _draft(group: Group) -> _Draft:
    """What the group says, with the sentence or row of each article that says it."""
    leader = group.leader
    text = leader.text
    saying = [one for one in group.members if says(one.quote, text)]
    quotes = [(one.reading.passage, one.quote_start, one.quote_end) for one in saying]
    return _Draft(text, quotes, leader.confidence, leader.text)
