"""Follow-ups that are no whole question: "where?", "who did it?", "and in Niger?"."""

import re

from retrieval.followup import TURNS_BACK, FollowUp, is_many, last_event, with_context
from retrieval.frames import frame, words
from retrieval.lexicon import (
    AUXILIARIES,
    BASES,
    EVENT_NOUNS,
    PARTICIPLE_OF,
    PASTS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    RELATIONAL,
    plural,
    singular,
)
from retrieval.phrases import is_named
from retrieval.questions import content_words
from retrieval.types import Turn

_BARE = re.compile(
    r"^(?:(?:since|until|from|by|to) )?(?P<phrase>when|where|why|how|who|what|how many|how much|how long|"
    r"how often|what time|which year|what year|what day)(?: exactly)?(?: and (?P<second>when|where|why|how))?"
    r"(?: (?:is|was|were|did|does)(?: (?:it|this|that|they|the \w+)?)"
    r"(?: (?:happen|occur|take place|be|all that))?"
    r"(?: exactly)?)?$",
    re.IGNORECASE,
)


def bare_question_word(follow_up: FollowUp) -> str | None:
    """ "where?", "and when was it?", "why did it happen?": the question before with another question word."""
    match = _BARE.match(follow_up.text)
    if not match:
        return None
    phrase = match["phrase"] if not match["second"] else f"{match['phrase']} and {match['second']}"
    tail = [word.lower() for word in words(follow_up.text)]
    pointed = last_event(follow_up)
    if tail[0] == "who" and "it" not in tail and len(tail) > 1:
        return None
    if "the" in tail and tail[-1] not in {"attack", *EVENT_NOUNS}:
        return None
    present = "is" in tail or "does" in tail
    circumstance = phrase.lower() not in {"how many", "how much", "what", "who"}
    if pointed and pointed.deed and circumstance and not present:
        were = "were" if is_many(pointed.undergone) else "was"
        return f"{phrase} {were} {pointed.undergone} {pointed.deed.participle}"
    if (present and len(tail) > 1) or "they" in tail:
        return None
    return _asked_anew(follow_up, phrase)


def _asked_anew(follow_up: FollowUp, phrase: str) -> str | None:
    parts = frame(follow_up.previous)
    old = parts.question_phrase.lower()
    counted = re.sub(r"^(?:how many|how much|which|what)\s*", "", old)
    if phrase.lower() in {"how many", "how much"}:
        if old == "who":
            return f"how many people {parts.auxiliary} {parts.subject} {parts.predicate}"
        if old.startswith(("which ", "what ")) and counted:
            return f"how many {plural(counted)} {parts.auxiliary} {parts.subject} {parts.predicate}"
        if not old and parts.subject:
            return f"how many {parts.subject} {parts.auxiliary} {parts.predicate}"
    elif (
        old.startswith(("who", "which"))
        and not parts.auxiliary
        and parts.predicate
        and phrase.lower() != "who"
    ):
        verb, _, rest = parts.predicate.partition(" ")
        if rest and verb.lower() in PARTICIPLE_OF:
            return f"{phrase} {'were' if is_many(rest) else 'was'} {rest} {PARTICIPLE_OF[verb.lower()]}"
    elif parts.auxiliary and parts.predicate and old != "tell":
        if parts.subject:
            thing = counted if old.startswith("how many") else ""
            return f"{phrase} {parts.auxiliary} {parts.subject} {parts.predicate} {thing}"
        if counted:
            return f"{phrase} {parts.auxiliary} {counted} {parts.predicate}"
    return with_context(follow_up)


_DID_IT = re.compile(
    r"^who (?:did|has done|was behind|is behind|carried out|committed|caused) (?:it|this|that)$", re.I
)


def who_did_it(follow_up: FollowUp) -> str | None:
    if not _DID_IT.match(follow_up.text):
        return None
    pointed = last_event(follow_up)
    if pointed and pointed.deed:
        return f"who {pointed.deed.past} {pointed.undergone}"
    return None


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
