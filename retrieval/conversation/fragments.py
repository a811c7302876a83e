"""Follow-ups that are no whole question: "where?", "since when?", "which ones?"."""

import re

from retrieval.conversation.follow_up import FollowUp, is_many, last_event, with_context
from retrieval.conversation.mentions import short_name
from retrieval.questions.clauses import frame, join, words
from retrieval.questions.lexicon import (
    BASE_OF,
    EVENT_NOUNS,
    HAVE,
    PARTICIPLE_OF,
    PREPOSITIONS,
    is_participle,
    plural,
    singular,
)

_BARE = re.compile(
    r"^(?P<led>(?:since|until|from|by|to|for|with|against|about) )?"
    r"(?P<phrase>when|where|why|how come|how|who|whom|what|how many|how much|how long|"
    r"how often|what time|which year|what year|what day)(?: exactly)?(?: and (?P<second>when|where|why|how))?"
    r"(?: (?:is|was|were|did|does)(?: (?:it|this|that|they|the \w+)?)"
    r"(?: (?:happen|occur|take place|be|all that))?"
    r"(?: exactly)?)?$",
    re.IGNORECASE,
)
_WHICH_ONES = re.compile(r"^which(?: ones?)?\b(?P<rest>.*)$", re.IGNORECASE)
_OF_WHAT = frozenset("accused convicted acquitted suspected".split())  # "of" after these is the verb's
_PARTICLES = frozenset("off out up down away back over".split())


def bare_question_word(follow_up: FollowUp) -> str | None:
    """ "where?", "and when was it?", "why did it happen?": the question before with another question word."""
    match = _BARE.match(follow_up.text)
    if not match:
        return _which_ones(follow_up)
    phrase = match["phrase"] if not match["second"] else f"{match['phrase']} and {match['second']}"
    phrase = f"{match['led'] or ''}{phrase.replace('how come', 'why')}"
    tail = [word.lower() for word in words(follow_up.text)]
    pointed = last_event(follow_up)
    if tail[0] == "who" and "it" not in tail and len(tail) > 1:
        return None
    if tail[:2] in (["by", "who"], ["by", "whom"], ["by", "what"]):
        return None
    if "the" in tail and tail[-1] not in {"attack", *EVENT_NOUNS}:
        return None
    present = "is" in tail or "does" in tail
    circumstance = not phrase.lower().endswith(("how many", "how much", "what", "who", "whom"))
    if pointed and pointed.deed and circumstance and not present:
        were = "were" if is_many(pointed.undergone) else "was"
        return f"{phrase} {were} {pointed.undergone} {pointed.deed.participle}"
    if (present and len(tail) > 1) or "they" in tail:
        return None
    return _asked_anew(follow_up, phrase)


def _asked_anew(follow_up: FollowUp, phrase: str) -> str | None:
    parts = frame(follow_up.previous)
    old, auxiliary = parts.question_phrase.lower(), parts.auxiliary.lower()
    counted = re.sub(r"^(?:how many|how much|which|what|who)\b\s*", "", old)
    verb, _, rest = parts.predicate.partition(" ")
    if phrase.lower() == "how much":
        return with_context(follow_up)
    if phrase.lower() == "how many":
        if old == "who":
            return f"how many people {auxiliary} {parts.subject} {parts.predicate}"
        if old.startswith(("which ", "what ")) and counted:
            return f"how many {plural(counted)} {auxiliary} {parts.subject} {parts.predicate}"
        if not old and parts.subject:
            return f"how many {parts.subject} {auxiliary} {parts.predicate}"
    elif old.startswith(("who", "which")) and not auxiliary and rest and phrase.lower() != "who":
        if rest.split()[0].lower() in PREPOSITIONS and (doers := counted or _answer_name(follow_up)):
            return f"{phrase} did {doers} {BASE_OF[verb]} {rest}" if verb in BASE_OF else None
        if verb.endswith("s") and old == "who" and (doer := _answer_name(follow_up)):
            return f"{phrase} does {doer} {singular(verb)} {rest}"  # "who leads it?" "since when?"
        if (participle := PARTICIPLE_OF.get(verb.lower(), verb)) and is_participle(participle):
            undergone, of, what = rest.partition(" of ") if participle in _OF_WHAT else (rest, "", "")
            return f"{phrase} {'were' if is_many(undergone) else 'was'} {undergone} {participle}{of}{what}"
    elif old == "who" and auxiliary in HAVE and rest and is_participle(verb):
        return f"{phrase} {'have' if is_many(rest) else 'has'} {rest} been {verb}"
    elif auxiliary and parts.predicate and old != "tell":
        if parts.subject:
            thing = counted if old.startswith("how many") else ""
            return f"{phrase} {auxiliary} {parts.subject} {_with_object(parts.predicate, thing)}"
        if undergone := counted or _answer_name(follow_up):
            return f"{phrase} {auxiliary} {undergone} {parts.predicate}"
    return with_context(follow_up)


def _answer_name(follow_up: FollowUp) -> str:
    """The name that answered the question before; "" when it was none."""
    answers = follow_up.last_full.answers
    name = short_name(answers[0]) if answers else None
    return name.text if name else ""


def _with_object(predicate: str, thing: str) -> str:
    """ "lay off in Ohio" with "workers" after the verb, not after the place."""
    tokens = words(predicate)
    end = 2 if tokens[1:2] and tokens[1].lower() in _PARTICLES else 1
    return join([*tokens[:end], *words(thing), *tokens[end:]])


def _which_ones(follow_up: FollowUp) -> str | None:
    """ "which ones?", "which ones were destroyed?": of the kind that the question before counted or named."""
    match = _WHICH_ONES.match(follow_up.text)
    parts = frame(follow_up.previous)
    kind = re.match(r"(?:how many|which|what) (.+)$", parts.question_phrase, re.IGNORECASE)
    kind = kind or re.match(r"(?:which|what) (\w+s)\b", follow_up.previous, re.IGNORECASE)
    if not match or not kind or not ("ones" in follow_up.text.lower() or not match["rest"]):
        return None
    if rest := match["rest"].strip():
        return f"which {kind[1]} {rest}"
    if parts.question_phrase.lower().startswith("how many"):
        return f"which {kind[1]} {parts.auxiliary} {parts.subject} {parts.predicate}"
    return None
