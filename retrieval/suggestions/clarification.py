"""Which event a question may mean that names none: "how many people were killed?" in many articles.

Each article that says its words gives the question with the place that the article is about. These are
tried as all that is offered is; two that hold, with different answers, are a choice.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from index.types import Article
from retrieval.questions.clauses import plain
from retrieval.questions.kinds import Kind, content_words, kind_of, stem, stems, words
from retrieval.questions.lexicon import (
    AUXILIARIES,
    BOUNDARIES,
    PASTS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    is_french,
)
from retrieval.suggestions.generator import Proposal
from retrieval.suggestions.noun_phrases import NAME, as_question
from retrieval.suggestions.shortlist import MAX_MEANT, Shortlist
from retrieval.suggestions.types import Sort
from retrieval.types import Answer, Outcome

GENERAL_WORDS = 3  # "who claimed responsibility for the attack?"
CLEAR = 0.29  # confidence: surer of one answer, nobody is asked back
LEAST_SURE = 0.23  # confidence of what is offered: a little more than what is answered at all has
MAX_PLACE_WORDS = 3
LEAD_CHARS = 600  # within which news says what it is about

_SORTS = {
    Kind.NUMBER: Sort.NUMBER,
    Kind.TIME: Sort.WHEN,
    Kind.PERSON: Sort.WHO,
    Kind.PLACE: Sort.WHERE,
    Kind.THING: Sort.WHAT_DID,
}
_POINTING = PRONOUNS | frozenset("this that these those there then here his her their its else other".split())
_PRESENT = frozenset("is are do does".split())  # what holds now is rather one thing than many events
_SAID_OF_ANY = frozenset(map(stem, "people happen occur strike take place".split()))
_PLACE = re.compile(
    rf"\b(?P<at>[Ii]n|[Nn]ear) (?:[a-z\-]+ern |central )?(?P<name>{NAME})(?![\w’'])(?:\W* )?(?P<next>\w*)"
)
_DATES = frozenset(
    """January February March April May June July August September October November December Jan Feb Mar Apr
    Aug Sept Oct Nov Dec Monday Tuesday Wednesday Thursday Friday Saturday Sunday""".split()
)


def names_no_event(question: str, answer: Answer) -> bool:
    """Whether it says general words only, no conversation added any, and no answer to it is clear."""
    spoken = words(plain(question))
    return (
        kind_of(question) in _SORTS
        and 0 < len(content_words(question)) <= GENERAL_WORDS
        and not (_is_named(plain(question)[1:]) or re.search(r"\d", question))
        and not ((_POINTING | _PRESENT) & set(spoken) or is_french(spoken))
        and len(words(answer.standalone)) == len(words(question))
        and (answer.outcome is not Outcome.ANSWERED or answer.statements[0].confidence < CLEAR)
    )


def _is_named(text: str) -> bool:
    """Whether a word begins with a capital that is none for its place in the sentence."""
    return any(word[:1].isupper() and word.lower() not in QUESTION_WORDS for word in text.split())


class Events(Shortlist):
    """A question as it would be asked of each event, and those that were answered from there."""

    def weigh(self, proposal: Proposal, answer: Answer) -> None:
        """Keep the question when what answers it names the place, and no other event has that answer."""
        if answer.outcome is Outcome.NOT_FOUND:
            return
        best, place = answer.statements[0], proposal.expected
        is_there = any(place in f"{one.source.title} {one.quote}" for one in best.citations)
        if best.confidence >= LEAST_SURE and is_there and not (says := stems(best.text)) <= self.said:
            self.questions.append(proposal.question)
            self.said |= says


def events(answer: Answer, articles: Sequence[Article]) -> Events:
    """The question with a place, for each place that the articles, best first, are about."""
    return Events(list(_of_each(answer, articles)), frozenset(), MAX_MEANT, varied=False)


def _of_each(answer: Answer, articles: Sequence[Article]) -> Iterator[Proposal]:
    asked, sort = answer.standalone.rstrip("?!. "), _SORTS[kind_of(answer.standalone)]
    subject = stems(asked) - _SAID_OF_ANY
    if _says_a_name(asked, articles):
        return
    told: list[tuple[str, str]] = []  # places, and the leads of the articles that are about them
    for article in articles:
        lead, text = f"{article.source.title}\n{article.text[:LEAD_CHARS]}", article.text
        at, name = _place(article, lead)
        is_told = any(name in other or place in lead for place, other in told)
        if not name or is_told or not subject <= stems(f"{lead} {text}"):
            continue
        told.append((name, lead))
        if question := as_question(f"{asked} {at} {name}"):
            yield Proposal(question, sort, article.source.article_id, 0, len(text), name)


def _says_a_name(question: str, articles: Sequence[Article]) -> bool:
    """Whether it has a word that the articles write rather with a capital: "who attacked gao?"."""
    text = "\n".join(article.text for article in articles)
    return any(text.count(word.capitalize()) > text.count(word) for word in content_words(question))


def _place(article: Article, lead: str) -> tuple[str, str]:
    """What the article says most often after "in" or "near", of what its title says, else its lead."""
    said = Counter(
        (match["at"].lower(), match["name"])
        for match in _PLACE.finditer(article.text)
        if _is_short(match["name"]) and _stands_alone(match["next"])
    )
    for where in (article.source.title, lead):
        here = [place for place, _ in said.most_common() if re.search(rf"\b{re.escape(place[1])}\b", where)]
        if here:
            return here[0]
    return "", ""


def _is_short(name: str) -> bool:
    """Whether it can be a place's name: no date, and no headline in capitals."""
    return name.split()[0] not in _DATES and len(name.split()) <= MAX_PLACE_WORDS


def _stands_alone(following: str) -> bool:
    """Whether this may follow a place: "in American schools" has none."""
    return not following.islower() or following in PREPOSITIONS | BOUNDARIES | AUXILIARIES | PASTS
