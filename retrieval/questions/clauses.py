"""A question in parts, by word order alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.questions.lexicon import (
    ADJECTIVES,
    ADVERBS,
    AUXILIARIES,
    BASES,
    BE,
    BOUNDARIES,
    DETERMINERS,
    DO,
    EVENT_NOUNS,
    HAVE,
    MODALS,
    PASTS,
    PREPOSITIONS,
    QUESTION_WORDS,
    THIRD_PERSON,
    is_participle,
    singular,
)

_WORD = re.compile(r"\w+(?:[’'.\-/]\w+)*(?:(?<=s)[’'](?!\w))?|[^\w\s]")
_LEAD_IN = re.compile(
    r"^(?:(?:and|so|but|ok|okay|oh|well|also|then|please|now|yes|no|thanks|sure|interesting|hi|hello)\b[\s,.!?]*)+",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"\b(what|who|where|when|how|why|that|it|there)['’]s\b", re.IGNORECASE)
_TELL = re.compile(
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
CONTEXT = re.compile(r"\s*\((?P<topic>[^()]+)\)\s*(?=[?!.]*$)")  # a topic in brackets at the end


def words(text: str) -> list[str]:
    """Words and marks; what stands within a word, as in "M.I.T", "don't" or "10-year", belongs to it."""
    return _WORD.findall(text)


def plain(question: str) -> str:
    """The question without its closing marks, opening "and", "so", "ok", and contractions of "is"."""
    body = question.strip().rstrip("?!. …").strip()
    return _CONTRACTION.sub(r"\1 is", _LEAD_IN.sub("", body))


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
    text = plain(CONTEXT.sub("", re.split(r"[?!.]\s+(?=[A-ZÀ-Ý])", question.strip())[-1]))
    text = re.sub(r"^(?:what|how) about (?:for |in |at )?", "tell me about ", text, flags=re.IGNORECASE)
    if _IMPERATIVE.match(text):
        rest = _TELL.sub("", text, count=1)
        if words(rest) and words(rest)[0].lower() in QUESTION_WORDS:
            return _relative_frame(rest)
        return Frame("tell", "", first_clause(rest), "")
    tokens = words(text)
    lowered = [token.lower() for token in tokens]
    if not tokens:
        return Frame("", "", "", "")
    if lowered[0] in AUXILIARIES:
        subject_end = _subject_end(lowered, tokens, 1, lowered[0])
        return Frame("", tokens[0], join(tokens[1:subject_end]), join(tokens[subject_end:]))
    start = next((i for i, word in enumerate(lowered) if word not in PREPOSITIONS | {"according"}), 0)
    if lowered[start] not in QUESTION_WORDS:
        return Frame("tell", "", first_clause(text), "")
    end = _question_phrase_end(lowered, start)
    phrase = join(tokens[:end])
    if end == len(tokens) or lowered[end] not in AUXILIARIES:
        return Frame(phrase, "", "", join(tokens[end:]))
    auxiliary, after = tokens[end], end + 1
    asks_who = phrase.lower() == "who" or (phrase.lower() == "what" and lowered[end] in {"was", "were"})
    follows = tokens[after] if tokens[after:] else ""
    done = follows.islower() and is_participle(follows)  # not "United"
    if phrase.lower() in {"what", "who", "where", "which"} and lowered[end] in BE and not (asks_who and done):
        subject_end = _subject_end(lowered, tokens, after, lowered[end], whole=True)
    elif after < len(tokens) and (
        done or lowered[after] in PREPOSITIONS | BASES - {"attack"} | {"be", "been"}
    ):
        return Frame(phrase, auxiliary, "", join(tokens[after:]))
    else:
        measured = lowered[0] == "how" and end == 2 and lowered[1] in ADJECTIVES and lowered[end] in BE
        subject_end = _subject_end(lowered, tokens, after, lowered[end], whole=measured)
    return Frame(phrase, auxiliary, join(tokens[after:subject_end]), join(tokens[subject_end:]))


def _relative_frame(text: str) -> Frame:
    """The parts of "how it is used" or "when the city was founded", where nothing is inverted."""
    tokens = words(text)
    lowered = [token.lower() for token in tokens]
    for i, word in enumerate(lowered[1:], 1):
        if word in AUXILIARIES or word in PASTS:
            return Frame(tokens[0], tokens[i], join(tokens[1:i]), join(tokens[i + 1 :]))
    return Frame(tokens[0], "", join(tokens[1:]), "")


def _question_phrase_end(lowered: Sequence[str], start: int) -> int:
    if lowered[start] in {"who", "whom"}:
        return start + 1
    for i in range(start + 1, len(lowered)):
        word = lowered[i]
        if word in AUXILIARIES:
            return i
        nouns = i - start - (2 if lowered[start] == "how" else 1)
        needed = 0 if lowered[start] == "what" or lowered[i - 1] == "many" else 1  # "how many killed"
        if word in PASTS | THIRD_PERSON and nouns >= needed:
            return i
        if nouns >= 1 and word.endswith("ed") and lowered[i + 1 : i + 2] and lowered[i + 1] in DETERMINERS:
            return i  # "which soldiers escorted the convoy"
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
        if word in {"be", "been"} and not whole:
            return i
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
            later = (BASES | {"be", "have"}).intersection(lowered[i:])
            if auxiliary in DO | MODALS and i - start > 1 and not later:
                return i - 1  # a verb that is not known: "did the players react to it"
            adjective = (
                auxiliary in BE and i - start > 1 and tokens[i - 1].islower() and tokens[i - 2][:1].isupper()
            )
            return i - 1 if adjective else i
        if not whole and word in {"a", "an", "the"} and before not in PREPOSITIONS:
            verb = auxiliary in DO | MODALS and i - start > 1 and before not in ADVERBS
            return i - 1 if verb else i
        if not whole and word in ADVERBS:
            return i
        if whole and word in {"like", "about", "for"} and i == len(lowered) - 1:
            return i
    if auxiliary in DO and len(lowered) - start > 1 and not whole:
        return len(lowered) - 1
    if auxiliary in BE and not whole and len(lowered) - start > 1 and not tokens[-1][:1].isupper():
        return len(lowered) - 1
    return len(lowered)


def join(tokens: Sequence[str]) -> str:
    """Words and marks as text again."""
    return re.sub(r"\s+([,;:.!?)])", r"\1", re.sub(r"([(])\s+", r"\1", " ".join(tokens)))


def first_clause(text: str) -> str:
    """The text up to the next clause."""
    return re.split(r"\s*[,;:?.!](?:\s|$)|\s(?:that|which|who|when|if|because|please)\s", text, maxsplit=1)[
        0
    ].strip()
