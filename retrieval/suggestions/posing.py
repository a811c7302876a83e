"""Questions that a sentence answers: each rule knows one way in which news says something."""

from collections.abc import Callable, Iterator

from retrieval.questions.clauses import words
from retrieval.suggestions import deeds, identities
from retrieval.suggestions.posed import Posed
from retrieval.suggestions.wording import as_question

MIN_WORDS = 6  # of a sentence worth asking about

_RULES: tuple[Callable[[str], Iterator[Posed]], ...] = (
    deeds.how_many,
    identities.how_far,
    deeds.who,
    deeds.who_did,
    deeds.who_was,
    deeds.when,
    deeds.since_when,
    deeds.where,
    identities.what_is,
    identities.holder,
    identities.stands_for,
    deeds.what_did,
)


def questions(sentence: str) -> Iterator[Posed]:
    """Questions that the sentence answers, those that read well."""
    if len(words(sentence)) < MIN_WORDS or sentence.rstrip("”\"' ").endswith(("?", ":")):
        return
    for rule in _RULES:
        for sort, text, expected in rule(sentence):
            if question := as_question(text):
                yield Posed(sort, question, expected)
