"""Follow-ups that ask the question before of something else: "and in Niger?", "what about the wounded?"."""

import re

from retrieval.followup import TURNS_BACK, FollowUp, with_context
from retrieval.frames import words
from retrieval.lexicon import (
    AUXILIARIES,
    BASES,
    PASTS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    RELATIONAL,
    singular,
)
from retrieval.phrases import is_named
from retrieval.questions import content_words
from retrieval.types import Turn

_FRAGMENT = re.compile(
    r"^(?:what about|how about|and (?:what|how) about|and)\s+(?P<phrase>.+)$|"
    r"^(?P<pp>(?:in|at|for|on|from|by|with|during)\s.+)$",
    re.IGNORECASE,
)


def fragment(follow_up: FollowUp) -> str | None:
    """ "what about Niger?", "and in Niger?", "and the wounded?": another value for the question before."""
    body = follow_up.asked.rstrip("?!. ")
    match = _FRAGMENT.match(body) or _FRAGMENT.match(follow_up.text)
    if not match:
        return None
    phrase = (match["phrase"] or match["pp"]).strip()
    lowered = [word.lower() for word in words(phrase)]
    explicit = not body.lower().startswith("and ") or phrase.lower().startswith(("what about", "how about"))
    if (
        not explicit
        and match["phrase"]
        and (set(lowered) & (AUXILIARIES | QUESTION_WORDS) or lowered[0] in PRONOUNS)
    ):
        return None
    if set(lowered) & (AUXILIARIES | QUESTION_WORDS) or len(lowered) > 8:
        return None
    if set(lowered) & (PRONOUNS | {"that", "this", "those", "these"}):
        return None
    slots = (_in_slot(phrase, turn, follow_up) for turn in follow_up.turns[:TURNS_BACK])
    return next(filter(None, slots), None) or _beside_noun(phrase, follow_up) or with_context(follow_up)


def _in_slot(phrase: str, turn: Turn, follow_up: FollowUp) -> str | None:
    """An earlier question with `phrase` where it had something of the same kind."""
    previous = turn.standalone.strip().rstrip("?!. ")
    if (only := _whole_name(previous)) and follow_up.is_person(previous[only[0] : only[1]]):
        return None
    first, _, rest = phrase.partition(" ")
    if first.lower() in PREPOSITIONS and rest:
        slot = re.search(
            rf"\b{re.escape(first)} (?:the )?[A-ZÀ-Ý][\w’'.\-]*(?: [A-ZÀ-Ý][\w’'.\-]*)*", previous
        )
        if slot and is_named(rest):
            return previous[: slot.start()] + phrase + previous[slot.end() :]
        rest_of_name = (
            _whole_name(previous) if is_named(rest) and first.lower() in {"in", "for", "at"} else None
        )
        if rest_of_name:
            return previous[: rest_of_name[0]] + rest + previous[rest_of_name[1] :]
        if not is_named(rest) or first.lower() == "of":
            return None
        own = _without_antecedent(turn)
        return f"{re.sub(rf' {re.escape(first)} [a-z]+$', '', own)} {phrase}"  # "in mali" gives way
    wounded = re.match(
        r"^the (wounded|injured|dead|killed|missing|arrested|kidnapped|displaced)$", phrase, re.I
    )
    if wounded and (
        slot := re.search(r"\b(?:killed|wounded|injured|dead|missing|arrested|kidnapped)\b", previous)
    ):
        return previous[: slot.start()] + wounded[1].replace("dead", "killed") + previous[slot.end() :]
    if is_named(phrase):
        name = _whole_name(previous)
        return previous[: name[0]] + phrase + previous[name[1] :] if name else None
    noun = _last_word(phrase)
    if singular(noun) in RELATIONAL:
        for slot in re.finditer(r"\b(\w+)(?= (?:of|for|to)\b)", previous):
            if singular(slot[1]) in RELATIONAL:
                return (
                    previous[: slot.start()]
                    + re.sub(r"^(?:the|its|their) ", "", phrase)
                    + previous[slot.end() :]
                )
    return None


def _without_antecedent(turn: Turn) -> str:
    """The question as it was asked, where that says enough: another place takes the antecedent's."""
    said = content_words(turn.question)
    alone = len(said) > 1 and not PRONOUNS.intersection(turn.question.lower().split())
    return (turn.question if alone else turn.standalone).strip().rstrip("?!. ")


def _last_word(phrase: str) -> str:
    return words(phrase)[-1].lower()


def _whole_name(question: str) -> tuple[int, int] | None:
    """Where the only name of a question stands, if it is a noun phrase by itself."""
    body = question[1:]
    names = [
        (match.start() + 1, match.end() + 1)
        for match in re.finditer(
            r"(?<![\w’'])[A-ZÀ-Ý][\w’'\-]*(?: (?:of (?:the )?)?[A-ZÀ-Ý][\w’'\-]*)*", body
        )
    ]
    if len(names) != 1:
        return None
    start, end = names[0]
    if question[:end].endswith(("'s", "’s")):
        return None
    following = re.match(r" (\w+)", question[end:])
    modifies = bool(
        re.search(r"\b(?:the|a|an) $", question[:start].lower())
        and following
        and following[1].lower() not in PREPOSITIONS | AUXILIARIES | BASES | PASTS
    )
    return None if modifies else (start, end)


def _beside_noun(phrase: str, follow_up: FollowUp) -> str | None:
    if singular(_last_word(phrase)) in RELATIONAL and not is_named(phrase) and follow_up.topic:
        return f"{follow_up.text} of {follow_up.topic.text}"
    return None
