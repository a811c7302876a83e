"""Questions in an odd order of words: what they are about first, the word that asks after it."""

import re

from retrieval.questions.kinds import FUNCTION_WORDS, content_words, is_time, words
from retrieval.questions.lexicon import (
    AUXILIARIES,
    DETERMINERS,
    GROUP_NOUNS,
    PASTS,
    PERSON_NOUNS,
    PREPOSITIONS,
    THIRD_PERSON,
    singular,
)

LONGEST = 4  # content words of a topic: "the russian mercenaries of wagner"

_LATE = re.compile(
    r"(?P<topic>[^.!?:;,]+?),? (?P<asks>(?:what|which) \w+|how (?:many|much|long|far|old)(?: \w+)?|"
    r"who|whom|what|when|where|why|how) (?P<rest>[^.!?:;,]+?)(?P<end>[?!. ]*)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:(?:it|he|him|she)|(?P<many>they|them))\b", re.IGNORECASE)
_ORDERS = frozenset("name list show give tell know explain describe".split())  # "name the men who led it"
_VERBS = PASTS | THIRD_PERSON


def in_order(question: str) -> str:
    """The question with the word that asks in front: "gao convoy who hit it" asks "who hit gao convoy".

    Others stay as they are, and so does what may be no more than named: "militants who attacked it".
    """
    late = _LATE.fullmatch(question.strip())
    if not late or not _is_topic(late["topic"]):
        return question
    topic, asks, rest, end = late.group("topic", "asks", "rest", "end")
    last, said = words(topic)[-1], words(rest)
    is_plural = singular(last) != last
    if len(pronouns := list(_PRONOUN.finditer(rest))) == 1:
        pronoun = pronouns[0]
        if bool(pronoun["many"]) is not is_plural:
            return question
        return f"{asks} {rest[: pronoun.start()]}{topic}{rest[pronoun.end() :]}{end}"
    if len(said) == 1 and asks.lower() in ("where", "when", "why"):
        return f"{asks} {topic} {rest}{end}"
    is_doer = is_plural or last in PERSON_NOUNS | GROUP_NOUNS  # "man who died"
    if len(said) == 1 and asks.lower() == "who" and said[0] in _VERBS and not is_doer:
        return f"{asks} {rest} {topic}{end}"
    return question


def _is_topic(text: str) -> bool:
    """Whether it only names something, and no time: "the convoy near Gao"."""
    said = words(text)
    other = FUNCTION_WORDS - DETERMINERS - {"of", "and"} | AUXILIARIES | _VERBS - {said[-1]} | _ORDERS
    return (
        0 < len(content_words(text)) <= LONGEST
        and said[0] not in PREPOSITIONS | {"and"}
        and other.isdisjoint(said)
        and not is_time(text)
    )
