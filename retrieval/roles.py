"""Who attacked, and who was attacked: told from the words beside a span. Readers mix the two up.

    who ambushed the convoy?   "jihadists | ambushed the escort"         they did
                               "the convoy | was ambushed"               it was done to it
                               "escorted by | Malian soldiers"           they did something else

Only of violence, where one verb stands for the others: what is "attacked" in one report was "ambushed" in
the next. Of other deeds the words beside a span tell nothing (of 64 spans beside the verb of a news question,
6 answered it, as of all others).
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from retrieval.frames import frame
from retrieval.lexicon import ADVERBS, AUXILIARIES, BE, DETERMINERS, DO, PASTS, PREPOSITIONS, is_participle
from retrieval.questions import stem, words


class Role(StrEnum):
    DOER = "doer"
    UNDERGOER = "undergoer"
    OTHER = "other"  # of another deed


_ASKING = re.compile(r"^(?:who|whom|which|what)\b", re.IGNORECASE)
_VIOLENCE = frozenset(
    stem(word)
    for word in """attacked ambushed bombed bombing killed kidnapped raided murdered assassinated invaded
    stormed shot shooting hijacked abducted targeted massacred struck strike assault beheaded
    shelled""".split()
)
_CARRYING_OUT = frozenset("carried committed conducted staged launched perpetrated mounted".split())
_LINKS = DETERMINERS | frozenset("both some several about over nearly more than least at all many".split())
_NO_DEED = frozenset("including following involving according regarding concerning featuring being".split())


def role_asked(question: str) -> Role | None:
    """Whether the question asks who did violence, or to whom; None when neither can be told."""
    parts = frame(question)
    auxiliary, said = parts.auxiliary.lower(), words(f"{parts.subject} {parts.predicate}")
    if not said or not _ASKING.match(parts.question_phrase):
        return None
    if said[0] in {"behind", *_CARRYING_OUT} or said[:2] == ["responsible", "for"]:
        return Role.DOER if any(map(_is_violent, said)) else None
    if auxiliary in BE and said[-1] == "by":  # "who was the convoy attacked by?"
        return Role.DOER if any(map(_is_violent, said)) else None
    if auxiliary in BE:
        return Role.UNDERGOER if is_participle(said[0]) and _is_violent(said[0]) else None
    if auxiliary in DO:  # "whom did they attack?"
        return Role.UNDERGOER if _is_violent((words(parts.predicate) or [""])[0]) else None
    return Role.DOER if said[0] in PASTS and _is_violent(said[0]) else None


def in_role(asked: Role, sentence: str, start: int, end: int) -> float:
    """1 when the words beside `sentence[start:end]` give it this role, -1 when another, 0 when none."""
    before, after = words(sentence[:start])[-6:], words(sentence[end:])[:5]
    role = next(iter([*_told_before(before), *_told_after(after)]), None)
    return 0.0 if role is None else 1.0 if role is asked else -1.0


def _is_violent(word: str) -> bool:
    return stem(word) in _VIOLENCE


def _told_before(before: list[str]) -> Iterator[Role]:
    while before and before[-1] in _LINKS:
        before = before[:-1]
    *_, verb, link = ["", "", *before]
    if link == "by":
        deed = next((word for word in reversed(before[:-1]) if word not in PREPOSITIONS), "")
        if _is_violent(deed) or deed in _CARRYING_OUT:
            yield Role.DOER
        elif is_participle(deed):
            yield Role.OTHER
    elif link in {"on", "of", "against"}:
        if _is_violent(verb):  # "the attack on"
            yield Role.UNDERGOER
    elif _is_violent(link):
        if (link.endswith("ing") or link in PASTS) and verb not in BE:
            yield Role.UNDERGOER
    elif link.endswith("ing") and len(link) > 5 and link not in _NO_DEED:
        yield Role.OTHER


def _told_after(after: list[str]) -> Iterator[Role]:
    if after[:1] and after[0] in {"who", "which", "that"}:
        after = after[1:]
    passive = False
    while after and (after[0] in AUXILIARIES | ADVERBS or after[0].endswith("ly")):
        passive |= after[0] in BE
        after = after[1:]
    if not after or not _is_violent(after[0]):
        return
    if passive:
        yield Role.UNDERGOER
    elif after[0] in PASTS and len(after) > 1 and after[1] not in PREPOSITIONS | {"dead"}:
        yield Role.DOER
