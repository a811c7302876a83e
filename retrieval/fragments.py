"""Follow-ups that are no whole question: "where?", "who did it?"."""

import re

from retrieval.followup import FollowUp, is_many, last_event, with_context
from retrieval.frames import frame, words
from retrieval.lexicon import EVENT_NOUNS, PARTICIPLE_OF, plural

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
