"""What a question is about: its parts, and the things in it that a later question may point back to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.lexicon import (
    ADJECTIVES,
    ADVERBS,
    AUXILIARIES,
    BASES,
    BE,
    BOUNDARIES,
    DEEDS,
    DETERMINERS,
    DO,
    DOERS,
    EVENT_NOUNS,
    HAVE,
    MODALS,
    PASTS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    RELATIONAL,
    THIRD_PERSON,
    Deed,
    is_participle,
    singular,
)
from retrieval.types import Turn

MAX_WORDS = 8  # a longer phrase is cut at a preposition: it would drown the question it is put into
MAX_ANSWER_WORDS = 6
_WORD = re.compile(r"\w+(?:[’'.\-/]\w+)*(?:(?<=s)[’'](?!\w))?|[^\w\s]")
_LEAD_IN = re.compile(
    r"^(?:(?:and|so|but|ok|okay|oh|well|also|then|please|now|yes|no|thanks|sure|interesting|hi|hello)\b[\s,.!?]*)+",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"\b(what|who|where|when|how|why|that|it|there)['’]s\b", re.IGNORECASE)
TELL = re.compile(
    r"^(?:(?:can|could|would|will) you |please |i(?:'d| would)? (?:like|want) to (?:know|learn|hear) )*"
    r"(?:also )?(?:let me know|(?:tell|give|show) me|compare(?: and contrast)?|describe|explain|define|"
    r"i am interested in|know|learn)?"
    r"(?: something| a bit| a little)?(?: (?:some )?more)?(?: information)?(?: about| of| on)?\s+",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^(?:tell|compare|describe|explain|define|give|show|(?:can|could) you (?:also )?(?:explain|tell)"
    r"|please (?:tell|let me know|describe|explain)|let me know"
    r"|i['’ ]?(?:a?m|d|would)? ?(?:like|want|interested))",
    re.IGNORECASE,
)


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def plain(question: str) -> str:
    """The question without its closing marks, opening "and", "so", "ok", and contractions of "is"."""
    body = question.strip().rstrip("?!. …").strip()
    return _CONTRACTION.sub(r"\1 is", _LEAD_IN.sub("", body))


_CONTEXT = re.compile(r"\s*\((?P<topic>[^()]+)\)\s*(?=[?!.]*$)")


@dataclass(frozen=True, slots=True)
class Frame:
    """A question in parts: `how many trucks` | `did` | `they` | `destroy`; `who` | - | - | `attacked it`.

    `question_phrase` is "tell" for a request ("Tell me about X") and empty for a yes/no question.
    """

    question_phrase: str
    auxiliary: str
    subject: str
    predicate: str


def frame(question: str) -> Frame:
    """The parts of a question, by word order alone: no part of speech is certain."""
    text = plain(_CONTEXT.sub("", re.split(r"[?!.]\s+(?=[A-ZÀ-Ý])", question.strip())[-1]))
    text = re.sub(r"^(?:what|how) about (?:for |in |at )?", "tell me about ", text, flags=re.IGNORECASE)
    if _IMPERATIVE.match(text):
        rest = TELL.sub("", text, count=1)
        if words(rest) and words(rest)[0].lower() in QUESTION_WORDS:
            return _relative_frame(rest)
        return Frame("tell", "", _clause(rest), "")
    tokens = words(text)
    lowered = [token.lower() for token in tokens]
    if not tokens:
        return Frame("", "", "", "")
    if lowered[0] in AUXILIARIES:
        subject_end = _subject_end(lowered, tokens, 1, lowered[0])
        return Frame("", tokens[0], _join(tokens[1:subject_end]), _join(tokens[subject_end:]))
    start = 1 if lowered[0] in PREPOSITIONS and len(tokens) > 1 and lowered[1] in QUESTION_WORDS else 0
    if lowered[start] not in QUESTION_WORDS:
        return Frame("tell", "", _clause(text), "")
    end = _question_phrase_end(lowered, start)
    phrase = _join(tokens[:end])
    if end == len(tokens) or lowered[end] not in AUXILIARIES:
        return Frame(phrase, "", "", _join(tokens[end:]))
    auxiliary, after = tokens[end], end + 1
    if phrase.lower() in {"what", "who", "where", "which"} and lowered[end] in BE:
        subject_end = _subject_end(lowered, tokens, after, lowered[end], whole=True)
    elif after < len(tokens) and (
        is_participle(lowered[after]) or lowered[after] in PREPOSITIONS | BASES - {"attack"}
    ):
        return Frame(phrase, auxiliary, "", _join(tokens[after:]))
    else:
        subject_end = _subject_end(lowered, tokens, after, lowered[end])
    return Frame(phrase, auxiliary, _join(tokens[after:subject_end]), _join(tokens[subject_end:]))


def _relative_frame(text: str) -> Frame:
    """The parts of "how it is used" or "when the city was founded", where nothing is inverted."""
    tokens = words(text)
    lowered = [token.lower() for token in tokens]
    for i, word in enumerate(lowered[1:], 1):
        if word in AUXILIARIES or word in PASTS:
            return Frame(tokens[0], tokens[i], _join(tokens[1:i]), _join(tokens[i + 1 :]))
    return Frame(tokens[0], "", _join(tokens[1:]), "")


def _question_phrase_end(lowered: Sequence[str], start: int) -> int:
    if lowered[start] in {"who", "whom"}:
        return start + 1
    for i in range(start + 1, len(lowered)):
        word = lowered[i]
        if word in AUXILIARIES:
            return i
        nouns = i - start - (2 if lowered[start] == "how" else 1)
        if word in PASTS | THIRD_PERSON and nouns >= (0 if lowered[start] == "what" else 1):
            return i
        if word in BASES and nouns >= 1 and singular(lowered[i - 1]) != lowered[i - 1]:
            return i
    return start + 1


def _subject_end(
    lowered: Sequence[str], tokens: Sequence[str], start: int, auxiliary: str, whole: bool = False
) -> int:
    """Where the noun phrase that begins at `start` ends; `whole`: phrases after prepositions belong to it."""
    for i in range(start + 1, len(lowered)):
        word, before = lowered[i], lowered[i - 1]
        if lowered[start].endswith("ing") and word in DETERMINERS:
            continue
        inside = before in DETERMINERS or before in {"of", "most", "more", "s"} or tokens[i][:1].isupper()
        if word in {",", ";", ":", "(", "?", ".", "!"} or word in BOUNDARIES - {
            "and",
            "or",
            "so",
            "before",
            "after",
        }:
            return i
        if word in {"and", "or"} and i + 1 < len(lowered) and lowered[i + 1] in QUESTION_WORDS | AUXILIARIES:
            return i
        if inside:
            continue
        following = lowered[i + 1] if i + 1 < len(lowered) else ""
        if auxiliary in DO | MODALS and word in BASES and following not in BASES:
            return i
        described = word in ADJECTIVES and before not in ADVERBS | ADJECTIVES
        if (
            auxiliary in BE
            and described
            and (not following or following in PREPOSITIONS | BOUNDARIES | {"than"})
        ):
            return i
        if auxiliary in BE | HAVE and (is_participle(word) or word in {"doing", "going", "trying", "made"}):
            people = lowered[0] == "who" and i < len(lowered) - 1
            if not whole or i == len(lowered) - 1 or (lowered[i + 1] in PREPOSITIONS and not people):
                return i
        if not whole and word in PREPOSITIONS - {"of"}:
            if before in EVENT_NOUNS:
                continue
            adjective = (
                auxiliary in BE and i - start > 1 and tokens[i - 1].islower() and tokens[i - 2][:1].isupper()
            )
            return i - 1 if adjective else i
        if not whole and (word in ADVERBS or (word in {"a", "an", "the"} and before not in PREPOSITIONS)):
            return i
        if whole and word in {"like", "about", "for"} and i == len(lowered) - 1:
            return i
    if auxiliary in DO and len(lowered) - start > 1 and not whole:
        return len(lowered) - 1
    if auxiliary in BE and not whole and len(lowered) - start > 1 and not tokens[-1][:1].isupper():
        return len(lowered) - 1
    return len(lowered)


def _join(tokens: Sequence[str]) -> str:
    return re.sub(r"\s+([,;:.!?)])", r"\1", re.sub(r"([(])\s+", r"\1", " ".join(tokens)))


def _clause(text: str) -> str:
    """The text up to the next clause."""
    return re.split(r"\s*[,;:?.!](?:\s|$)|\s(?:that|which|who|when|if|because|please)\s", text, maxsplit=1)[
        0
    ].strip()


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
        core = re.split(r"\s(?:of|on|in|at|near|for|with|by|from|between|to)\s", self.text, maxsplit=1)[0]
        return singular((words(core) or [""])[-1])

    @property
    def possessive(self) -> bool:
        """Whether "'s" can be put after it."""
        return len(words(self.text)) <= 3 and " of " not in self.text and " on " not in self.text


def is_named(text: str) -> bool:
    return any(
        word[:1].isupper() and word.lower() not in QUESTION_WORDS | DETERMINERS for word in words(text)
    )


def _phrase(text: str) -> Mention | None:
    """A mention of a noun phrase, cut to what names it; None when nothing nameable is left."""
    tokens = words(text)
    while tokens and (
        tokens[0].lower() in PREPOSITIONS | {"be", "being"} | ADVERBS - {"first", "most"}
        or not tokens[0][0].isalnum()
    ):
        tokens = tokens[1:]
    stops = [
        i for i, token in enumerate(tokens) if i and token.lower() in AUXILIARIES | {"goes", "that", "which"}
    ]
    tokens = tokens[: stops[0]] if stops else tokens
    if len(tokens) > MAX_WORDS:
        cuts = [i for i, token in enumerate(tokens[1:MAX_WORDS], 1) if token.lower() in PREPOSITIONS - {"of"}]
        tokens = tokens[: cuts[-1] if cuts else MAX_WORDS]
    while tokens and tokens[-1].lower() in PREPOSITIONS | ADVERBS | DETERMINERS | _TRAILING:
        tokens = tokens[:-1]
    lowered = [token.lower() for token in tokens]
    content = (
        {w for w in lowered if not (len(w) > 5 and w.endswith("est"))}
        - DETERMINERS
        - PRONOUNS
        - ADVERBS
        - PREPOSITIONS
        - AUXILIARIES
        - QUESTION_WORDS
    )
    if (
        not content - ADJECTIVES - _VAGUE
        or lowered[0] in PRONOUNS
        or lowered[0] in QUESTION_WORDS
        or lowered[0] == "there"
    ):
        return None
    if lowered[0] in {"this", "that", "these", "those", "its", "their", "his", "her", "my", "your"}:
        return None
    text = _join(tokens)
    head_text = re.split(r"\s(?:of|in|on|at|near|for|with|by|from|to)\s", text, maxsplit=1)[0]
    last = (words(head_text) or [""])[-1].lower()
    named = (words(head_text) or [""])[-1][:1].isupper() and is_named(head_text)
    if len(tokens) == 2 and lowered[0] in {"the", "a", "an"} and lowered[1] in EVENT_NOUNS:
        return None
    many = " and " in text or (singular(last) != last and not (named and words(head_text)[-1].isupper()))
    if lowered[0] in {"a", "an", "each", "every"}:
        many = False
    return Mention(text, named=named, plural=many)


_TRAILING = ADJECTIVES | {"and", "or", "there", ",", "'", "’"}
_VAGUE = frozenset("someone anyone something anything thing things one ones way ways person".split())
_RELATION = re.compile(
    r"^(?P<head>.{1,60}?)\s(?:of|for|in|to|on|between|behind|around|about|with)\s(?P<rest>.+)$"
)


def about(phrase: str) -> str:
    """What a phrase is about: "the main advantages of a 529 plan" is about "a 529 plan"."""
    for _ in range(3):
        owner = re.match(r"^(?P<owner>.+?)(?:['’]s|(?<=s)['’]) (?P<noun>\w[\w\- ]*)$", phrase)
        if owner and (_is_relational(owner["noun"]) or _is_plural_noun(owner["noun"])):
            phrase = owner["owner"]
            continue
        match = _RELATION.match(phrase)
        if not match or not _is_relational(match["head"]):
            break
        phrase = match["rest"]
    return phrase


def _is_plural_noun(phrase: str) -> bool:
    last = words(phrase)[-1]
    return last.islower() and singular(last) != last


def _is_relational(phrase: str) -> bool:
    tokens = words(phrase)
    return (
        bool(tokens)
        and singular(tokens[-1]) in RELATIONAL | {"some", "any", "one", "all"}
        and not tokens[-1][0].isupper()
    )


def event(deed: Deed, undergone: str) -> Mention:
    return Mention(f"the {deed.noun} {undergone}", deed=deed, undergone=undergone)


def mentions(turn: Turn) -> Sequence[Mention]:
    """What can be pointed back to after this turn, the likeliest first.

    What an earlier turn lent to this one is what the conversation is about, so it is more salient.
    """
    said = re.sub(r" \([^)]*\)(?=[?!. ]*$)", "", turn.standalone)  # without a topic that was only guessed
    found = _mentions(said, turn.answers[0] if turn.answers else "")
    asked = turn.question.lower()
    if asked.strip() == turn.standalone.lower().strip():
        return found
    return [
        replace(m, salience=m.salience + 0.5 * (m.text.lower() not in asked and not m.answer)) for m in found
    ]


@lru_cache(maxsize=1024)
def _mentions(question: str, answered: str) -> Sequence[Mention]:
    parts = frame(question)
    found: list[Mention | None] = []
    asked = parts.question_phrase.lower()
    subject, predicate = parts.subject, parts.predicate
    answer = _short_name(answered)
    identity = asked.startswith(("who", "which", "what")) and (
        (parts.auxiliary.lower() in BE | {""} and asked != "what") or (asked == "what" and " of " in subject)
    )
    if answer and identity:
        found.append(replace(answer, person=asked.startswith("who"), place=_asks_place(question)))
    if answer and asked == "where":
        found.append(replace(answer, place=True))
    found += _doers(parts)
    if subject:
        whole = _phrase(subject)
        core = _phrase(about(subject))
        is_person = asked == "who" and parts.auxiliary.lower() in BE
        if whole and core and core.text != whole.text:
            if is_person:
                found.append(replace(whole, person=True))
            found += [core, whole]
        elif whole:
            found.append(replace(whole, person=is_person and not whole.plural))
    deed = DEEDS.get((words(predicate) or [""])[0].lower())
    if deed and subject and parts.auxiliary.lower() in BE | HAVE and (undergone := _phrase(subject)):
        found.append(event(deed, undergone.text))
    if asked.startswith(("how many", "which", "what ")) and not parts.subject:
        counted = re.sub(r"^(?:how many|which|what)\s+", "", parts.question_phrase, flags=re.IGNORECASE)
        if counted and predicate and len(words(predicate)) <= MAX_WORDS:
            passive = parts.auxiliary.lower() in BE
            link = "" if passive else f"that {parts.auxiliary} " if parts.auxiliary else "that "
            many = singular(words(counted)[-1]) != words(counted)[-1].lower()
            if counted.lower().startswith("of "):
                found += [_phrase(part) for part in _objects(counted)]
            found.append(
                Mention(
                    f"the {counted} {link}{predicate}",
                    plural=many,
                    salience=0.6 if passive and link == "" else 0.0,
                )
            )
    elif asked.startswith("how many") and (counted_thing := _phrase(asked.removeprefix("how many ").strip())):
        found.append(counted_thing)
    for part in _objects(predicate):
        for phrase in (_phrase(about(part)), _phrase(part)):
            found.append(phrase and replace(phrase, salience=-0.35 if subject else 0.0))
    found += [_phrase(owner) for owner, owned in _OWNER.findall(question) if _is_relational(owned)]
    if context := _CONTEXT.search(question):
        found.append(_phrase(context["topic"]))
    found += _places(question)
    unique: dict[str, Mention] = {}
    for mention in found:
        if mention and (mention.text.lower() not in unique or mention.place):
            known = unique.get(mention.text.lower())
            unique[mention.text.lower()] = replace(known, place=True) if known else mention
    return list(unique.values())


_OWNER = re.compile(r"\b((?:(?:the|a|an) )?(?:[A-ZÀ-Ý][\w\-]* )*[\w\-]+)(?:['’]s|(?<=s)['’]) ([a-z]+)")


def _short_name(answer: str) -> Mention | None:
    """The answer as a mention when it is a short proper name."""
    text = answer.strip().rstrip(".")
    tokens = [token for token in words(text) if token[0].isalnum()]
    if not 0 < len(tokens) <= MAX_ANSWER_WORDS or any(character.isdigit() for character in text):
        return None
    if not all(
        token[0].isupper() or token.lower() in _NAME_PARTICLES for token in tokens
    ) or text.lower() in {
        "yes",
        "no",
    }:
        return None
    return Mention(text, named=True, plural=" and " in text or "," in text, answer=True)


_NAME_PARTICLES = {
    "of",
    "the",
    "de",
    "du",
    "al",
    "el",
    "bin",
    "ben",
    "van",
    "von",
    "and",
    "la",
    "le",
    "ag",
    "ould",
}


def _asks_place(question: str) -> bool:
    return bool(
        re.search(r"\b(?:city|country|town|capital|village|region|state|island|where)\b", question.lower())
    )


def _doers(parts: Frame) -> list[Mention | None]:
    """Who did it and what was done, of "who attacked X" and of any "the attackers of X" it became."""
    tokens = words(parts.predicate)
    asks_doer = parts.question_phrase.lower() == "who" and not parts.auxiliary
    if asks_doer and len(tokens) > 1 and tokens[1].lower() not in BOUNDARIES:
        deed = DEEDS.get(tokens[0].lower())
        phrase = _phrase(_clause(_join(tokens[1:])))
        if phrase and deed:
            doers = Mention(f"the {deed.doers} of {phrase.text}", plural=True, doers=True, named=phrase.named)
            pair = [event(deed, phrase.text), doers]
            return [*pair, phrase] if deed.happening else [phrase, doers, pair[0]]
        if phrase:
            those = Mention(f"those who {parts.predicate}", plural=True, doers=True)
            return [phrase, those] if tokens[0].lower() in PASTS else [phrase]
    for part in (parts.subject, parts.predicate):
        match = re.search(r"\bthe (\w+) of (.+)$", part)
        if match and match[1] in DOERS and (phrase := _phrase(_until_verb(match[2]))):
            doers = Mention(f"the {match[1]} of {phrase.text}", plural=True, doers=True, named=phrase.named)
            return [doers, event(DOERS[match[1]], phrase.text), phrase]
        match = re.search(r"\bthe (\w+ (?:on|of)) (.+)$", part)
        deed = next(
            (deed for deed in DEEDS.values() if match and deed.happening and deed.noun == match[1]), None
        )
        if match and deed and (phrase := _phrase(_until_verb(match[2]))):
            doers = Mention(f"the {deed.doers} of {phrase.text}", plural=True, doers=True, named=phrase.named)
            return [event(deed, phrase.text), doers, phrase]
    return []


def _until_verb(text: str) -> str:
    tokens = words(text)
    for i, token in enumerate(tokens[1:], 1):
        if is_participle(token) or token.lower() in AUXILIARIES:
            return _join(tokens[:i])
    return text


def _objects(predicate: str) -> list[str]:
    """The noun phrases after the verb, split at prepositions and clauses."""
    tokens = words(predicate)
    while tokens and (
        tokens[0].lower() in BASES | PASTS | THIRD_PERSON | ADVERBS | AUXILIARIES
        or is_participle(tokens[0].lower())
    ):
        tokens = tokens[1:]
    phrases: list[list[str]] = [[]]
    for i, token in enumerate(tokens):
        located = (
            i > 0 and token.lower() in {"on", "near", "in", "at"} and tokens[i - 1].lower() in EVENT_NOUNS
        )
        if (not located and token.lower() in (PREPOSITIONS - {"of"}) | BOUNDARIES - {"and"}) or not token[
            0
        ].isalnum():
            phrases.append([])
        elif phrases[-1] or not _opens_clause(token, tokens[i - 1] if i else ""):
            phrases[-1].append(token)
    return [_join(phrase) for phrase in phrases if phrase and phrase[0].lower() not in PRONOUNS]


def _opens_clause(token: str, before: str) -> bool:
    verb = token.lower() in BASES | THIRD_PERSON | PASTS
    return verb and before.lower() in BOUNDARIES | {"to"}


_PLACE = re.compile(
    r"\b(?:in|at|near|from|to)\s((?:the\s)?[A-ZÀ-Ý][\w’'\-]*(?:\s(?:(?:of|and)\s)?[A-ZÀ-Ý][\w’'\-]*)*)"
)


def _places(question: str) -> list[Mention]:
    return [Mention(match, named=True, place=True) for match in _PLACE.findall(question)]
