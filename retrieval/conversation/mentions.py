"""What a turn of the conversation was about: the things a later question may point back to."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from retrieval.conversation.phrases import MAX_WORDS, Mention, about, event, is_relational, noun_phrase
from retrieval.questions.clauses import CONTEXT, Frame, first_clause, frame, join, words
from retrieval.questions.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BASES,
    BE,
    BOUNDARIES,
    DEEDS,
    DOERS,
    EVENT_NOUNS,
    HAVE,
    PASTS,
    PLACE_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    SITE_NOUNS,
    THIRD_PERSON,
    is_participle,
    singular,
)
from retrieval.types import Turn

MAX_ANSWER_WORDS = 6
_OWNER = re.compile(r"\b((?:(?:the|a|an) )?(?:[A-ZÀ-Ý][\w\-]* )*[\w\-]+)(?:['’]s|(?<=s)['’]) ([a-z]+)")
_PLACE = re.compile(
    r"\b(?:in|at|near|from|to)\s((?:the\s)?[A-ZÀ-Ý][\w’'\-]*(?:\s(?:(?:of|and)\s)?[A-ZÀ-Ý][\w’'\-]*)*)"
)
_NAME_PARTICLES = frozenset("of the de du al el bin ben van von and la le ag ould".split())


def mentions(turn: Turn) -> Sequence[Mention]:
    """What can be pointed back to after this turn, the likeliest first.

    What an earlier turn lent to this one is what the conversation is about, so it is more salient.
    """
    said = re.sub(r" \([^)]*\)(?=[?!. ]*$)", "", turn.standalone)  # without a topic that was only guessed
    first, *others = re.split(r"(?<=\?) (?=[A-ZÀ-Ý])", said)  # two questions asked in one breath
    found = [*_mentions(first, turn.answers[0] if turn.answers else "")]
    found += [mention for other in others for mention in _mentions(other, "")]
    asked = turn.question.lower()
    if asked.strip() == turn.standalone.lower().strip():
        return found
    return [
        replace(m, salience=m.salience + 0.5 * (m.text.lower() not in asked and not m.answer)) for m in found
    ]


@lru_cache(maxsize=1024)
def _mentions(question: str, answered: str) -> Sequence[Mention]:
    parts = frame(question)
    topic = CONTEXT.search(question)
    found = [
        *_answer(parts, answered),
        *_doers(parts),
        *_subject(parts),
        *_counted(parts),
        *_undergoers(parts),
        *(noun_phrase(owner) for owner, owned in _OWNER.findall(question) if is_relational(owned)),
        noun_phrase(topic["topic"]) if topic else None,
        *_places(question),
    ]
    unique: dict[str, Mention] = {}
    for mention in found:
        if mention and (mention.text.lower() not in unique or mention.place):
            known = unique.get(mention.text.lower())
            unique[mention.text.lower()] = replace(known, place=True) if known else mention
    return list(unique.values())


def _answer(parts: Frame, answered: str) -> list[Mention]:
    """The answer, where the question asked who, which or where something is."""
    name, asked = short_name(answered), parts.question_phrase.lower()
    if not name:
        return []
    if asked == "where":
        return [replace(name, place=True)]
    if asked == "what":
        identity = " of " in parts.subject or bool(re.search(r"\b(?:most|\w{2,}est) ", parts.subject))
    else:
        identity = asked.startswith(("who", "which", "what")) and parts.auxiliary.lower() in BE | {""}
    place = _asks_place(f"{parts.question_phrase} {re.split(' of ', parts.subject)[0]}")
    return [replace(name, person=asked.startswith("who"), place=place)] if identity else []


def _subject(parts: Frame) -> list[Mention | None]:
    """What the question is about, and the event when something was done to it."""
    whole, core = noun_phrase(parts.subject), noun_phrase(about(parts.subject))
    auxiliary = parts.auxiliary.lower()
    is_person = parts.question_phrase.lower() == "who" and auxiliary in BE
    found: list[Mention | None] = []
    if whole and core and core.text != whole.text:
        found = [replace(whole, person=True), core, whole] if is_person else [core, whole]
    elif whole:
        found = [replace(whole, person=is_person and not whole.plural)]
    deed = DEEDS.get((words(parts.predicate) or [""])[0].lower())
    if deed and whole and auxiliary in BE | HAVE:
        found.append(event(deed, whole.text))
    return found


def _counted(parts: Frame) -> list[Mention | None]:
    """Those who did it, or to whom it was done, of "how many trucks were burnt"."""
    asked, predicate = parts.question_phrase.lower(), parts.predicate
    if not asked.startswith(("how many", "which", "what ")):
        return []
    if parts.subject:
        return [noun_phrase(asked.removeprefix("how many "))] if asked.startswith("how many") else []
    counted = re.sub(r"^(?:how many|which|what)\b\s*", "", parts.question_phrase, flags=re.IGNORECASE)
    if not predicate or len(words(predicate)) > MAX_WORDS:
        return []
    passive = parts.auxiliary.lower() in BE
    among = objects(counted) if counted.lower().startswith("of ") else []
    if not counted:  # "how many were killed"
        return [Mention(f"those {predicate}", plural=True, salience=0.6)] if passive else []
    counted = re.sub(r"^of (?:the )?", "", counted)
    link = "" if passive else f"that {parts.auxiliary} " if parts.auxiliary else "that "
    those = Mention(
        f"the {counted} {link}{predicate}",
        plural=singular(words(counted)[-1]) != words(counted)[-1].lower(),
        salience=0.6 if passive else 0.0,
    )
    return [*map(noun_phrase, among), those]


def _undergoers(parts: Frame) -> list[Mention | None]:
    """What the verb was done to, less likely meant than a subject."""
    salience = -0.35 if parts.subject else 0.0
    phrases = [noun_phrase(text) for part in objects(parts.predicate) for text in (about(part), part)]
    return [phrase and replace(phrase, salience=salience) for phrase in phrases]


def short_name(answer: str) -> Mention | None:
    """The answer as a mention when it is a short proper name."""
    text = answer.strip().rstrip(".")
    tokens = [token for token in words(text) if token[0].isalnum()]
    if not 0 < len(tokens) <= MAX_ANSWER_WORDS or any(character.isdigit() for character in text):
        return None
    named = all(token[0].isupper() or token.lower() in _NAME_PARTICLES for token in tokens)
    if not named or text.lower() in {"yes", "no"}:
        return None
    return Mention(text, named=True, plural=" and " in text or "," in text, answer=True)


def _asks_place(asked: str) -> bool:
    return any(singular(word) in PLACE_NOUNS | SITE_NOUNS for word in words(asked.lower()))


def _doers(parts: Frame) -> list[Mention | None]:
    """Who did it and what was done, of "who attacked X" and of any "the attackers of X" it became."""
    tokens = words(parts.predicate)
    asks_doer = parts.question_phrase.lower() == "who" and not parts.auxiliary
    if asks_doer and len(tokens) > 1 and tokens[1].lower() not in BOUNDARIES:
        deed = DEEDS.get(tokens[0].lower())
        phrase = noun_phrase(first_clause(join(tokens[1:])))
        if phrase and deed:
            doers = Mention(f"the {deed.doers} of {phrase.text}", plural=True, doers=True, named=phrase.named)
            pair = [event(deed, phrase.text), doers]
            return [*pair, phrase] if deed.happening else [phrase, doers, pair[0]]
        if phrase:
            those = Mention(f"those who {parts.predicate}", plural=True, doers=True)
            return [phrase, those] if tokens[0].lower() in PASTS else [phrase]
    for part in (parts.subject, parts.predicate):
        match = re.search(r"\bthe (\w+) of (.+)$", part)
        if match and match[1] in DOERS and (phrase := noun_phrase(_until_verb(match[2]))):
            doers = Mention(f"the {match[1]} of {phrase.text}", plural=True, doers=True, named=phrase.named)
            return [doers, event(DOERS[match[1]], phrase.text), phrase]
        match = re.search(r"\bthe (\w+ (?:on|of)) (.+)$", part)
        deed = next(
            (deed for deed in DEEDS.values() if match and deed.happening and deed.noun == match[1]), None
        )
        if match and deed and (phrase := noun_phrase(_until_verb(match[2]))):
            doers = Mention(f"the {deed.doers} of {phrase.text}", plural=True, doers=True, named=phrase.named)
            return [event(deed, phrase.text), doers, phrase]
    return []


def _until_verb(text: str) -> str:
    tokens = words(text)
    for i, token in enumerate(tokens[1:], 1):
        if is_participle(token) or token.lower() in AUXILIARIES:
            return join(tokens[:i])
    return text


def objects(predicate: str) -> list[str]:
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
    return [join(phrase) for phrase in phrases if phrase and phrase[0].lower() not in PRONOUNS]


def _opens_clause(token: str, before: str) -> bool:
    verb = token.lower() in BASES | THIRD_PERSON | PASTS
    return verb and before.lower() in BOUNDARIES | {"to"}


def _places(question: str) -> list[Mention]:
    return [Mention(match, named=True, place=True) for match in _PLACE.findall(question)]
