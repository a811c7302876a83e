"""Next questions that the articles really answer: each was asked, and answered from where it was made."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from index.types import Article
from retrieval.questions.clauses import plain
from retrieval.questions.kinds import content_words, kind_of, stems, words
from retrieval.questions.lexicon import AUXILIARIES, PASTS, PREPOSITIONS, QUESTION_WORDS, is_french
from retrieval.suggestions.generator import FAR_CHARS, REACH_CHARS, Proposal, proposals
from retrieval.suggestions.types import Sort
from retrieval.types import Answer, Citation, Conversation, Outcome

MAX_NEXT = 3
MAX_MEANT = 4
LEAST_MEANT = 2  # one meaning alone is no choice
MAX_TRIED = 8  # each costs an answer
MAX_CITED = 2  # articles of an answer
MAX_NEAREST = 4  # articles near to a vague question
LEAST_SURE = 0.29  # confidence of what is offered
SAME_QUESTION = 0.7  # share of subject words that two questions have in common
VAGUE_WORDS = 3  # "Alliance of Sahel States"

Ask = Callable[[str], Answer]


@dataclass
class Shortlist:
    """Proposals, and those of their questions that were asked and found good, at most `most`."""

    proposed: Sequence[Proposal]
    said: frozenset[str]  # stems of what the answer says already
    most: int
    varied: bool = True  # at most one of a sort
    questions: list[str] = field(default_factory=list)

    def to_try(self) -> Iterator[Proposal]:
        """What to ask next, while more is wanted; when `varied`, of each sort until one was good."""
        tried, sorts = 0, set[Sort]()
        for proposal in self.proposed:
            if len(self.questions) == self.most or tried == MAX_TRIED:
                return
            if not self.varied or proposal.sort not in sorts:
                tried, good = tried + 1, len(self.questions)
                yield proposal
                if len(self.questions) > good:
                    sorts.add(proposal.sort)

    def weigh(self, proposal: Proposal, answer: Answer) -> None:
        """Keep the question when its answer comes from where it was made and says something new."""
        if holds(proposal, answer) and not stems(answer.statements[0].text) <= self.said:
            self.questions.append(proposal.question)


def article_ids(answer: Answer) -> list[str]:
    """The articles from which to propose questions: those cited, else the nearest."""
    cited = list(dict.fromkeys(citation.source.article_id for citation in answer.citations))
    return cited[:MAX_CITED] or answer.retrieved[:MAX_NEAREST]


def next_questions(answer: Answer, before: Conversation, articles: Iterable[Article]) -> Shortlist:
    """Questions to go on with, nearest first to what the answer cites; `before` is the talk before it."""
    near = {citation.source.article_id: citation.start for citation in reversed(answer.citations)}
    cited = [article for article in articles if article.source.article_id in near]
    said = frozenset(word for statement in answer.statements for word in stems(statement.text))
    return Shortlist(_proposed(answer, before, cited, near, REACH_CHARS), said, MAX_NEXT)


def meanings(answer: Answer, before: Conversation, articles: Iterable[Article]) -> Shortlist:
    """What somebody may have meant by a vague question: questions that say its words."""
    near = {passage.source.article_id: passage.start for passage in reversed(answer.passages)}
    subject = stems(answer.question) & stems(answer.standalone) or stems(answer.standalone)
    proposed = _proposed(answer, before, articles, near, FAR_CHARS)
    meant = [proposal for proposal in proposed if subject & stems(proposal.question)]
    return Shortlist(meant, frozenset(), MAX_MEANT, varied=False)


def is_vague(question: str) -> bool:
    """Whether it is no question but a name or a topic: "Gao?", "the attack"."""
    spoken = words(plain(question))
    if is_french(spoken):
        return False  # its verbs are not known here
    asks = QUESTION_WORDS | AUXILIARIES | PASTS | PREPOSITIONS - {"of"} | _REQUESTS
    follows = re.match(r"\s*(?:and|but|or|so)\b", question, re.IGNORECASE) or re.search(r"\d", question)
    return 0 < len(content_words(question)) <= VAGUE_WORDS and not asks & set(spoken) and not follows


_REQUESTS = frozenset(
    """tell describe explain summarize summarise summary compare list give show define more else continue go
    help translate qui que quoi où quand combien comment pourquoi quel quelle quels quelles""".split()
)


def holds(proposal: Proposal, answer: Answer) -> bool:
    """Whether the question was answered, surely enough, from the sentence that it was made from."""
    if answer.outcome is Outcome.NOT_FOUND:
        return False
    best = answer.statements[0]
    is_sentence = best.text == best.citations[0].quote
    return (
        best.confidence >= LEAST_SURE
        and (is_sentence or not stems(best.text).isdisjoint(stems(proposal.expected)))
        and any(_from_there(citation, proposal) for citation in best.citations)
    )


def try_out(shortlist: Shortlist, ask: Ask) -> list[str]:
    """The questions that were found good; `ask` answers one as it would be answered when it is chosen."""
    for proposal in shortlist.to_try():
        shortlist.weigh(proposal, ask(proposal.question))
    return shortlist.questions


def _from_there(citation: Citation, proposal: Proposal) -> bool:
    same = citation.source.article_id == proposal.article_id
    return same and citation.start < proposal.end and proposal.start < citation.end


def _proposed(
    answer: Answer, before: Conversation, articles: Iterable[Article], near: dict[str, int], reach: int
) -> list[Proposal]:
    """What has not been asked yet: the nearest of every sort, then the second nearest of every sort, ..."""
    asked = [answer.question, answer.standalone]
    asked += [text for turn in before.turns for text in (turn.question, turn.standalone)]
    found = [
        (abs(proposal.start - at), proposal)
        for article in articles
        for at in [near.get(article.source.article_id, 0)]
        for proposal in proposals(article, at, reach)
    ]
    rounds: dict[Sort, int] = {}
    ranked: list[tuple[int, int, Proposal]] = []
    for place, (_, proposal) in enumerate(sorted(found, key=lambda pair: pair[0])):
        if not any(_alike(proposal.question, one) for one in asked):
            asked.append(proposal.question)
            rounds[proposal.sort] = rounds.get(proposal.sort, 0) + 1
            ranked.append((rounds[proposal.sort], place, proposal))
    return [proposal for _, _, proposal in sorted(ranked, key=lambda one: one[:2])]


def _alike(a: str, b: str) -> bool:
    """Whether the questions ask the same of the same subject."""
    x, y = stems(a), stems(b)
    return kind_of(a) is kind_of(b) and bool(x) and len(x & y) >= SAME_QUESTION * max(len(x), len(y))
