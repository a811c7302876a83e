"""Questions about what was done: who, to how many, when and where."""

import re
from collections.abc import Iterator, Sequence

from retrieval.questions.clauses import join, words
from retrieval.questions.lexicon import (
    AUXILIARIES,
    BASE_OF,
    BOUNDARIES,
    DETERMINERS,
    HAVE,
    PASTS,
    PREPOSITIONS,
    PRONOUNS,
    SPEECH_VERBS,
    TIME_NOUNS,
    is_participle,
    singular,
)
from retrieval.suggestions.name_sorts import Sort as Named
from retrieval.suggestions.name_sorts import can_be
from retrieval.suggestions.noun_phrases import (
    COUNT,
    NAME,
    PLACED,
    SUBJECT_WORDS,
    object_at,
    past_verbs,
    subject_before,
    tells,
)
from retrieval.suggestions.types import Generated, Sort

_DOING = frozenset(
    """attacked ambushed bombed kidnapped raided invaded stormed occupied seized captured arrested signed
    announced launched founded established created invented discovered designed directed published won bought
    acquired criticized criticised condemned accused banned appointed built hosted organized organised
    proposed funded sponsored replaced defeated beat sued fired hired rejected approved developed produced
    destroyed killed murdered assassinated opened closed deployed unveiled""".split()
)
_SAYING = frozenset(
    """announced offered promised proposed demanded condemned criticized rejected approved denied launched
    signed emphasized emphasised pledged unveiled banned acquired""".split()
)
_BEFALLING = frozenset(
    """killed wounded injured displaced arrested destroyed kidnapped rescued evacuated detained damaged freed
    abducted""".split()
)
_JUDGED = frozenset(
    "accused arrested charged convicted sentenced appointed nominated acquitted suspended fined".split()
)
_PUT = frozenset("held born found arrested killed attacked buried built founded based located raised".split())
_ENDING = frozenset(
    """died resigned retired began started ended opened closed collapsed married divorced erupted crashed
    occurred""".split()
)  # verbs that need no object
_MONTHS = frozenset(
    """January February March April May June July August September October November December Jan Feb Mar Apr
    Aug Sep Sept Oct Nov Dec""".split()
)
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DATE = re.compile(
    rf"\b(?:on|in) (?P<date>{_MONTH} \d{{1,2}},? [12]\d{{3}}|\d{{1,2}} {_MONTH} [12]\d{{3}}|"
    rf"{_MONTH},? [12]\d{{3}}|{_MONTH} \d{{1,2}}|[12]\d{{3}})(?![\w,]*\d)"
)
_SINCE = re.compile(
    rf"(?P<before>[^,;]+?) (?P<has>has|have) (?P<what>been [^,;]+?) since (?:at least )?"
    rf"(?P<date>(?:{_MONTH} )?[12]\d{{3}})(?!\d)"
)
_HAPPENED = re.compile(
    r"(?P<before>.+?) (?P<verb>occurred|happened|took place) (?:in|at|near|close to|outside|between) "
    r"(?P<place>(?:the )?(?:\w+ of )?[A-Z][\w’\-]+)"
)
_BASES = {"occurred": "occur", "happened": "happen", "took place": "take place"}
_SEVERAL = re.compile(rf"{NAME}(?:, {NAME})*,? and {NAME}$")
_MEASURES = TIME_NOUNS | frozenset(
    "percent dollar euro point mile degree inch kilometer kilometre meter foot acre mph".split()
)
_QUALIFIERS = frozenset(
    "at least most more than over about around nearly almost some up to as many approximately roughly an "
    "estimated".split()
)


def how_many(sentence: str) -> Iterator[Generated]:
    """ "five trucks were destroyed near Gao": how many trucks were destroyed near Gao?"""
    for found in COUNT.finditer(sentence):
        noun, kinds = found["noun"], set(words(found["noun"]))
        before, after = words(sentence[: found.start()]), words(sentence[found.end() :])
        while before and before[-1].lower() in _QUALIFIERS:
            before.pop()
        verb = before[-1] if before else ""
        befell = _BEFALLING & {verb, _past_of(verb), *after[:3]}
        vague = kinds == {"people"} and not befell
        if vague or {singular(kind) for kind in kinds} & _MEASURES or kinds & _NO_NOUNS:
            continue
        asked = ""
        if after[:1] in (["were"], ["are"]) and is_participle(after[1] if len(after) > 1 else ""):
            asked = f"{after[0]} {after[1]} {_place(after, 2)}"
        elif after[:2] in (["have", "been"], ["had", "been"]) and is_participle(after[2]):
            asked = f"have been {after[2]} {_place(after, 3)}"
        elif passive := _BEFALLING & {verb, _past_of(verb)}:
            asked = f"were {min(passive)} {_place(after, 0)}"
        elif subject := subject_before(before, len(before) - 1):
            if verb in {"has", "have"}:
                asked = f"{'does' if verb == 'has' else 'do'} {subject} have"
            elif verb in BASE_OF.keys() - SPEECH_VERBS - {"responded", "reported"}:
                asked = f"did {subject} {BASE_OF[verb]} {_place(after, 0)}"
        if asked:
            yield Generated(Sort.NUMBER, f"how many {noun} {asked}", found["number"])


_NO_NOUNS = PREPOSITIONS | AUXILIARIES | PASTS | BOUNDARIES | PRONOUNS


def _past_of(word: str) -> str:
    """The past tense of "killing"; "" when it is none of those that befall people and things."""
    stem = word.removesuffix("ing")
    pasts = (f"{stem}ed", f"{stem}d", f"{stem[:-1]}ed") if stem != word else ()
    return next((past for past in pasts if past in _BEFALLING), "")


def _place(tokens: Sequence[str], start: int) -> str:
    """ "near Gao" or "in the attack" when that stands there; else ""."""
    if not tokens[start : start + 1] or tokens[start].lower() not in PLACED:
        return ""
    phrase = object_at(tokens, start + 1, placed=False)
    return f"{tokens[start]} {phrase}" if phrase and not re.search(r"\d", phrase) else ""


def who(sentence: str) -> Iterator[Generated]:
    """ "militants attacked the airport": who attacked the airport?"""
    tokens = words(sentence)
    for start, i in past_verbs(tokens, _DOING | {"claimed"}):
        subject = join(tokens[max(0, start - 8) : start])
        if not _can_do(tokens[start - 1] if start else ""):
            continue
        if tokens[i] == "claimed":
            asked = object_at(tokens, i + 3) if tokens[i + 1 : i + 3] == ["responsibility", "for"] else ""
            verb = "claimed responsibility for"
        else:
            asked, verb = object_at(tokens, i + 1), tokens[i]
        if not asked or not tells(asked) or (verb == "accused" and " of " not in asked):
            continue
        if not (several := _SEVERAL.search(subject)):
            yield Generated(Sort.WHO, f"who {verb} {asked}", subject)
        elif can_be(Named.COUNTRY, several[0]):
            yield Generated(Sort.WHO, f"which countries {verb} {asked}", several[0])


def _can_do(word: str) -> bool:
    """Whether a subject may end with this word."""
    lower = word.lower()
    return word[:1].isalpha() and lower not in _NO_NOUNS | DETERMINERS and not lower.endswith("ly")


def who_did(sentence: str) -> Iterator[Generated]:
    """ "five trucks were destroyed by the jihadists": who destroyed the trucks?"""
    tokens = words(sentence)
    for i, token in enumerate(tokens[:-3]):
        past, by = tokens[i + 1 : i + 3]
        if token not in {"was", "were"} or past not in _DOING or by != "by":
            continue
        counted = COUNT.search(join(tokens[max(0, i - 4) : i]))
        undergone = f"the {counted['noun']}" if counted and counted["noun"].endswith(tokens[i - 1]) else ""
        undergone = undergone or subject_before(tokens, i)
        agent = object_at(tokens, i + 3)
        if undergone and agent:
            yield Generated(Sort.WHO, f"who {past} {undergone}", agent)


def who_was(sentence: str) -> Iterator[Generated]:
    """ "Wagner has been accused of abuses": who has been accused of abuses?"""
    tokens = words(sentence)
    for i, token in enumerate(tokens[:-2]):
        if token not in _JUDGED or i < 2 or tokens[i + 1] not in {"of", "with", "for"}:
            continue
        group = 2 if tokens[i - 1] == "been" and tokens[i - 2] in HAVE else 1
        auxiliary = join(tokens[i - group : i]).replace("were", "was").replace("have", "has")
        subject, asked = subject_before(tokens, i - group), object_at(tokens, i + 2, placed=False)
        if subject and asked and auxiliary in {"was", "has been", "had been"}:
            yield Generated(Sort.WHO, f"who {auxiliary} {token} {tokens[i + 1]} {asked}", subject)


def when(sentence: str) -> Iterator[Generated]:
    """ "the junta took control in August 2020": when did the junta take control?"""
    for found in _DATE.finditer(sentence):
        tokens = words(sentence[: found.start()])
        for start, i in past_verbs(tokens):
            rest, subject = tokens[i + 1 :], subject_before(tokens, start)
            if subject and tokens[i] in BASE_OF and (_is_object(rest) if rest else tokens[i] in _ENDING):
                text = f"when did {subject} {BASE_OF[tokens[i]]} {join(rest)}"
                yield Generated(Sort.WHEN, text, found["date"])
        for i, token in enumerate(tokens[:-1]):
            rest, subject = tokens[i + 2 :], subject_before(tokens, i)
            done = token in {"was", "were"} and is_participle(tokens[i + 1])
            if done and subject and (not rest or _is_object(rest)):
                text = f"when {token} {subject} {tokens[i + 1]} {join(rest)}"
                yield Generated(Sort.WHEN, text, found["date"])


def _is_object(rest: Sequence[str]) -> bool:
    """Whether what stands between a verb and a date is an object and nothing else."""
    lowered = {token.lower() for token in rest}
    apart = any(not token[0].isalnum() or token in PASTS or token.endswith("ing") for token in lowered)
    return (
        len(rest) <= SUBJECT_WORDS
        and not apart
        and not lowered & (AUXILIARIES | BOUNDARIES)
        and tells(join(rest))
    )


def since_when(sentence: str) -> Iterator[Generated]:
    """ "Mali has been embroiled in conflict since 2011": since when has Mali been embroiled in conflict?"""
    found = _SINCE.match(sentence)
    if found:
        before, after = words(found["before"]), words(found["what"])[1:]
        subject = subject_before(before, len(before))
        if subject and len(after) <= SUBJECT_WORDS and not set(after) & (AUXILIARIES | BOUNDARIES):
            yield Generated(Sort.WHEN, f"since when {found['has']} {subject} {found['what']}", found["date"])


def where(sentence: str) -> Iterator[Generated]:
    """ "the attack occurred near Kobe": where did the attack occur?"""
    tokens = words(sentence)
    found = _HAPPENED.search(join(tokens))
    if found and found["place"] not in _MONTHS:
        before = words(found["before"])
        if subject := subject_before(before, len(before)):
            yield Generated(Sort.WHERE, f"where did {subject} {_BASES[found['verb']]}", found["place"])
    for i, token in enumerate(tokens[:-3]):
        put, at, place = tokens[i + 1 : i + 4]
        is_put = token in {"was", "were", "is"} and put in _PUT and at in PLACED
        subject = subject_before(tokens, i) if is_put else ""
        if subject and place[0].isupper() and place not in _MONTHS:
            yield Generated(Sort.WHERE, f"where {token} {subject} {put}", place)


def what_did(sentence: str) -> Iterator[Generated]:
    """ "the United Nations condemned the attack": what did the United Nations condemn?"""
    tokens = words(sentence)
    for start, i in past_verbs(tokens, _SAYING & BASE_OF.keys()):
        subject, said = subject_before(tokens, start), object_at(tokens, i + 1)
        if re.search(r"[A-Z]", subject) and said and tells(said):
            yield Generated(Sort.WHAT_DID, f"what did {subject} {BASE_OF[tokens[i]]}", said)
