"""Things and events by the phrases that name them."""

import re
from dataclasses import dataclass

from retrieval.questions.clauses import join, words
from retrieval.questions.lexicon import (
    ADJECTIVES,
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    EVENT_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    RELATIONAL,
    Deed,
    singular,
)

MAX_WORDS = 8  # a longer phrase is cut at a preposition: it would drown the question it is put into
_LEADING = PREPOSITIONS | {"be", "being", "many"} | ADVERBS - {"first", "most"}
_STOPS = AUXILIARIES | {"goes", "that", "which"}
_TRAILING = PREPOSITIONS | ADVERBS | DETERMINERS | ADJECTIVES | {"and", "or", "there", ",", "'", "’"}
_VAGUE = frozenset("someone anyone something anything thing things one ones way ways person".split())
_EMPTY = _VAGUE | ADJECTIVES | DETERMINERS | PRONOUNS | ADVERBS | PREPOSITIONS | AUXILIARIES | QUESTION_WORDS
_POINTING = (
    PRONOUNS | QUESTION_WORDS | frozenset("there this that these those its their his her my your".split())
)
_HEAD_END = re.compile(r"\s(?:of|in|on|at|near|for|with|by|from|to)\s")
_OF_THE_DAY = re.compile(  # "the convoy today" is the convoy
    r"(?:^|\s)(?:today|yesterday|tonight|"
    r"(?:this|last) (?:night|morning|afternoon|evening|week|weekend|month|year))$",
    re.IGNORECASE,
)
_RELATION = re.compile(
    r"^(?P<head>.{1,60}?)\s(?:of|for|in|to|on|between|behind|around|about|with)\s(?P<rest>.+)$"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Something a later question may point back to, in words that can be put into that question."""

    text: str
    named: bool = False
    plural: bool = False
    person: bool = False
    place: bool = False
    deed: Deed | None = None  # with `text` an event: what was done to `undergone`
    undergone: str = ""
    doers: bool = False
    answer: bool = False  # it was not asked about but answered
    salience: float = 0.0  # how much likelier than others of its turn

    @property
    def event(self) -> bool:
        return self.deed is not None or (not self.named and self.head in EVENT_NOUNS)

    @property
    def head(self) -> str:
        """The noun that the phrase turns on, singular and in lower case."""
        core = re.split(
            r"\s(?:of|on|in|at|near|for|with|by|from|between|to|that|which|who)\s", self.text, maxsplit=1
        )[0]
        return singular((words(core) or [""])[-1])

    @property
    def possessive(self) -> bool:
        """Whether "'s" can be put after it."""
        return len(words(self.text)) <= 3 and " of " not in self.text and " on " not in self.text


def is_named(text: str) -> bool:
    """Whether a proper name is in it."""
    return any(
        word[:1].isupper() and word.lower() not in QUESTION_WORDS | DETERMINERS for word in words(text)
    )


def noun_phrase(text: str) -> Mention | None:
    """A mention of a noun phrase, cut to what names it; None when nothing nameable is left."""
    tokens = _cut(words(text))
    lowered = [token.lower() for token in tokens]
    if not _nameable(lowered):
        return None
    phrase = join(tokens)
    head = _HEAD_END.split(phrase, maxsplit=1)[0]
    noun = (words(head) or [""])[-1]
    named = noun[:1].isupper() and is_named(head)
    plural = singular(noun.lower()) != noun.lower() and not (named and noun.isupper())
    one = lowered[0] in {"a", "an", "each", "every"}
    return Mention(phrase, named=named, plural=not one and (plural or " and " in phrase))


def _cut(tokens: list[str]) -> list[str]:
    """Without what comes before the noun, from its first verb on, and behind a preposition if too long."""
    while tokens and (tokens[0].lower() in _LEADING or not tokens[0][0].isalnum()):
        tokens = tokens[1:]
    stops = [i for i, token in enumerate(tokens) if i and token.lower() in _STOPS]
    tokens = tokens[: stops[0]] if stops else tokens
    if len(tokens) > MAX_WORDS:
        cuts = [i for i, token in enumerate(tokens[1:MAX_WORDS], 1) if token.lower() in PREPOSITIONS - {"of"}]
        tokens = tokens[: cuts[-1] if cuts else MAX_WORDS]
    tokens = words(_OF_THE_DAY.sub("", join(tokens)))
    while tokens and tokens[-1].lower() in _TRAILING:
        tokens = tokens[:-1]
    return tokens


def _nameable(lowered: list[str]) -> bool:
    """Whether the phrase says what it means by itself: not "it", "those trucks" or "the attack"."""
    content = {word for word in lowered if not (len(word) > 5 and word.endswith("est"))} - _EMPTY
    if not content or lowered[0] in _POINTING:
        return False
    return not (len(lowered) == 2 and lowered[0] in {"the", "a", "an"} and lowered[1] in EVENT_NOUNS)


def about(phrase: str) -> str:
    """What a phrase is about: "the main advantages of a 529 plan" is about "a 529 plan"."""
    for _ in range(3):
        owner = re.match(r"^(?P<owner>.+?)(?:['’]s|(?<=s)['’]) (?P<noun>\w[\w\- ]*)$", phrase)
        if owner and (is_relational(owner["noun"]) or _is_plural_noun(owner["noun"])):
            phrase = owner["owner"]
            continue
        match = _RELATION.match(phrase)
        if not match or not is_relational(match["head"]):
            break
        phrase = match["rest"]
    return phrase


def _is_plural_noun(phrase: str) -> bool:
    last = words(phrase)[-1]
    return last.islower() and singular(last) != last


def is_relational(phrase: str) -> bool:
    """Whether it says nothing without its owner: "the causes", "a part"."""
    tokens = words(phrase)
    return (
        bool(tokens)
        and singular(tokens[-1]) in RELATIONAL | {"some", "any", "one", "all"}
        and not tokens[-1][0].isupper()
    )


def event(deed: Deed, undergone: str) -> Mention:
    """What was done, as something that can be asked about."""
    return Mention(f"the {deed.noun} {undergone}", deed=deed, undergone=undergone)
