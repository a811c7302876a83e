"""Phrases of a sentence that can be put into a question, told by the closed classes of words around them.

Nothing here knows parts of speech: what is not surely a phrase is none.
"""

import re
from collections.abc import Iterator, Sequence

from retrieval.questions.clauses import join, words
from retrieval.questions.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BASES,
    BOUNDARIES,
    DETERMINERS,
    EVENT_NOUNS,
    GROUP_NOUNS,
    HAVE,
    PASTS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    THIRD_PERSON,
    is_participle,
    singular,
)

MAX_CHARS = 60  # of a question: what a button shows on a phone in two lines
SUBJECT_WORDS = 5
OBJECT_WORDS = 9

NAME = r"(?:[Tt]he )?[A-ZÀ-Ý][\w’'\-]*(?: (?:of (?:the )?|for |de |du |al-)?[A-ZÀ-Ý][\w’'\-]*){0,4}"
NOT_INSIDE_A_WORD = r"(?<![\w’'\-.])"
COUNT = re.compile(
    r"(?P<number>\b(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?![\d,.%:/-])|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve|twenty|thirty|forty|fifty|dozens of|hundreds of|thousands of)"
    r"(?: (?:hundred|thousand|million|billion))?)"
    r" (?P<noun>(?:[a-z\-]+ )?(?:[a-z\-]+s|people|men|women|children))\b"
)
PLACED = frozenset("in at near outside inside".split())

# Words that point out of the sentence: to what was said before, to the day on which it was written.
_LEANING = PRONOUNS | frozenset(
    """this that these those its their his her our my your here there such other another same recent recently
    latest last next following earlier previous current today yesterday tomorrow ago former fewer one ones
    some any each every both all several few more most no not then so ex self monday tuesday wednesday
    thursday friday saturday sunday""".split()
)
_OBJECT_ENDS = (AUXILIARIES | BOUNDARIES | ADVERBS | THIRD_PERSON | {"to"}) - {"and", "first"}
_SUBJECT_ENDS = AUXILIARIES | PRONOUNS | PASTS | BOUNDARIES - {"and"} | PREPOSITIONS - {"of"}
_NO_CLAUSE_AFTER = PASTS | BASES | PREPOSITIONS - {"since", "after", "before"}
_GOES_ON = AUXILIARIES | PASTS | THIRD_PERSON | {"to", "into", "-"}  # then more is said of the phrase
_NO_NAMES = _LEANING | PREPOSITIONS | BOUNDARIES | ADVERBS | AUXILIARIES | DETERMINERS - {"the"}
_THINGS = (
    GROUP_NOUNS
    | PLACE_NOUNS
    | frozenset(
        """nonprofit charity bank network newspaper magazine website app platform programme program project
        festival competition tournament process treaty alliance coalition union agreement disease virus drug
        vaccine satellite telescope spacecraft ship river mountain language unit brand startup retailer maker
        manufacturer airline university college school institute foundation newsletter station airport
        museum""".split()
    )
)
_PERSON = re.compile(
    r"(?:(?<!memb)(?<!numb)(?<!pap)er|(?<!neighb)or|ist|ian|man|woman|ee|ant|chief|head|chair|ceo|president|"
    r"star|coach|analyst|chef|senator|democrat|republican|entrepreneur|spokesperson|veteran|critic)$"
)


def as_question(text: str) -> str | None:
    """The words as a question for a button; None when they do not read well as one."""
    body = re.sub(r"\s+", " ", text).strip()
    tokens = words(body)
    lowered = [token.lower() for token in tokens]
    odd = any(not token[0].isalnum() or re.match(r"\d+-\d", token) for token in tokens)
    leaning = _LEANING & set(lowered[1:]) or "many" in lowered[2:]
    if odd or leaning or len(tokens) < 3 or len(tokens[-1]) < 2 or len(body) >= MAX_CHARS:
        return None
    return f"{body[0].upper()}{body[1:]}?"


def object_at(tokens: Sequence[str], start: int, *, placed: bool = True) -> str:
    """The noun phrase that begins there, with where it is when `placed`; "" when none surely does."""
    end = _object_end(tokens, start, placed)
    phrase = list(tokens[start:end])
    while phrase and phrase[-1].lower() in PREPOSITIONS | DETERMINERS | {"and"}:
        phrase.pop()
    following = tokens[start + len(phrase) :]
    if not phrase or not _opens(phrase[0]) or (following and following[0].lower() in _GOES_ON):
        return ""
    if following[:1] == ["."] and len(phrase[-1]) < 5 and len(following) > 1:
        return ""  # "the St. Louis Rams"
    noun = phrase[next((i for i, t in enumerate(phrase) if t.lower() in PREPOSITIONS), len(phrase)) - 1]
    lacks_article = phrase[0].islower() and phrase[0] not in DETERMINERS and singular(noun) == noun
    return "" if lacks_article or is_participle(phrase[-1].lower()) else join(phrase)


def _object_end(tokens: Sequence[str], start: int, placed: bool) -> int:
    places = 0
    for end in range(start, min(len(tokens), start + OBJECT_WORDS)):
        lower, following = tokens[end].lower(), tokens[end + 1] if end + 1 < len(tokens) else ""
        before = tokens[end - 1] if end > start else ""
        if not lower[0].isalnum() or lower in _OBJECT_ENDS:
            return end
        if lower == "and" and not (before[:1].isupper() and following[:1].isupper()):
            return end
        if lower in PREPOSITIONS:
            places += lower != "of"
            definite = following[:1].isupper() or following == "the"
            tells_where = placed and places < 2 and lower in PLACED | {"for", "on", "between"} and definite
            if not _opens(following) or (lower != "of" and not tells_where):
                return end
        elif before and (lower in PASTS or (is_participle(lower) and before.lower() not in DETERMINERS)):
            return end
    return min(len(tokens), start + OBJECT_WORDS)


def _opens(token: str) -> bool:
    """Whether a noun phrase may begin so."""
    lower = token.lower()
    if not token or not token[0].isalpha() or lower in _LEANING | PREPOSITIONS | AUXILIARIES | BOUNDARIES:
        return False
    return lower in {"the", "a", "an"} or token[0].isupper() or not lower.endswith(("ing", "ly"))


def subject_before(tokens: Sequence[str], end: int) -> str:
    """The noun phrase that ends there and begins its clause: a name, or "the ..." of a few words; else ""."""
    start = end
    while start > 0 and end - start <= SUBJECT_WORDS and tokens[start - 1][0].isalnum():
        if tokens[start - 1].lower() in _SUBJECT_ENDS:
            break
        start -= 1
        if tokens[start].lower() in {"the", "a", "an"} and tokens[start - 1 : start] != ["of"]:
            break
    phrase, before = tokens[start:end], [token.lower() for token in tokens[max(0, start - 2) : start]]
    if not phrase or (before and before[-1] in _NO_CLAUSE_AFTER):
        return ""
    if before[-1:] == ["."] and tokens[start - 2].islower():
        return ""  # "Roe v. Wade"
    lowered = [re.split("[’']", token.lower())[0] for token in phrase]
    if not set(lowered).isdisjoint(_LEANING | ADVERBS | {"and"}):
        return ""
    if any(lower.endswith(("ly", "ing")) for lower in lowered):
        return ""
    if re.fullmatch(NAME, join(phrase)) and lowered[0] not in _NO_NAMES:
        return re.sub("^The ", "the ", join(phrase))
    if lowered[0] == "the" and (len(phrase) > 2 or lowered[-1] in EVENT_NOUNS):
        return join(["the", *phrase[1:]])
    return ""


def tells(phrase: str) -> bool:
    """Whether the phrase says which one is meant: by a name, or by two words that are no number."""
    tokens = words(phrase)
    own = [token for token in tokens if token.lower() not in DETERMINERS | PREPOSITIONS | {"and"}]
    any_one = COUNT.match(phrase) is not None or tokens[0].lower() in {"a", "an", "multiple"}
    return (len(own) > 1 or any(token[0].isupper() for token in own)) and not any_one


def past_verbs(tokens: Sequence[str], verbs: frozenset[str] = PASTS) -> Iterator[tuple[int, int]]:
    """For each of these past tenses where its group begins ("has recently signed") and where it stands."""
    for i, token in enumerate(tokens):
        if i and token in verbs:
            start = i
            while start and tokens[start - 1].lower() in ADVERBS:
                start -= 1
            if start and tokens[start - 1].lower() in HAVE:
                start -= 1
            yield start, i


def named(sentence: str, match: re.Match[str]) -> str:
    """The name that `match` found, when it is one and stands alone; else ""."""
    name = re.sub(r"^The ", "the ", match["name"])
    before = sentence[: match.start()].rstrip()
    first, *more = name.split()
    if before.endswith((",", " and", " or")) or first.lower() in _NO_NAMES or first.endswith("ly"):
        return ""
    if not before and more and is_person(first.lower()):  # "Economist Larry Summers"
        return " ".join(more)
    return name


def head(phrase: str) -> str:
    """The noun that "a Russian private company that ..." turns on; "" when that is a clause of its own."""
    tokens = words(phrase)
    clause = AUXILIARIES | PASTS
    ends = (i for i, token in enumerate(tokens) if token in clause | PREPOSITIONS | BOUNDARIES)
    end = next(ends, len(tokens))
    asserts = end < len(tokens) and tokens[end] in clause
    return tokens[end - 1].lower() if end > 1 and not asserts else ""


def is_person(noun: str) -> bool:
    """Whether somebody is called that: "a lawyer", "the president"."""
    return noun not in _THINGS and (singular(noun) in PERSON_NOUNS or bool(_PERSON.search(noun)))


def is_thing(noun: str) -> bool:
    """Whether a thing or a group of people is called that: "a company", "the festival"."""
    return noun in _THINGS
