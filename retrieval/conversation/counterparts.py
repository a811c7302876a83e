"""Follow-ups that ask the question before of something else: "and in Niger?", "what about the wounded?"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from retrieval.conversation.anaphora import pronouns
from retrieval.conversation.follow_up import TURNS_BACK, FollowUp, is_full, with_context
from retrieval.conversation.mentions import objects
from retrieval.conversation.phrases import Mention, is_named, noun_phrase
from retrieval.questions.clauses import frame, words
from retrieval.questions.kinds import content_words
from retrieval.questions.lexicon import (
    AUXILIARIES,
    BASES,
    BOUNDARIES,
    DETERMINERS,
    EVENT_NOUNS,
    PASTS,
    PERSON_NOUNS,
    PERSON_PRONOUNS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    RELATIONAL,
    TIME_NOUNS,
    singular,
)
from retrieval.questions.sorts import Sort, can_be
from retrieval.types import Turn

_ABOUT = r"(?:and )?(?:(?:what|how) about|as for|regarding)"
_FRAGMENT = re.compile(
    rf"^(?:{_ABOUT}|and)\s+(?P<phrase>.+)$|^(?P<pp>(?:in|at|for|on|from|by|with|during)\s.+)$",
    re.IGNORECASE,
)
_TOPIC_FIRST = re.compile(
    rf"^{_ABOUT}\s+(?P<topic>[^,?:;]+)[,?:;–-]\s*"
    rf"(?P<question>(?:{'|'.join(QUESTION_WORDS | AUXILIARIES)})\b.+)$",
    re.IGNORECASE,
)
_NAME = r"[A-ZÀ-Ý][\w’'.\-]*(?: (?:of (?:the )?)?[A-ZÀ-Ý][\w’'.\-]*)*"
_TIME = rf"(?:the )?(?:\d[\w\-]*|{'|'.join(TIME_NOUNS)})\b"
_NO_MODIFIERS = {"many", "much"}.union(
    AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, DETERMINERS, BOUNDARIES, PASTS, BASES - EVENT_NOUNS
)
_NO_NOUN = re.compile(r"(?:one|first|second|third|last|next|other|rest|same|\w+(?:iest|[gmnrst]est))$")
MAX_MODIFIERS = 2  # words that say which: "black bears"


def topic_first(follow_up: FollowUp) -> str | None:
    """ "what about the roadblocks, what impact did they have?": the question, of what was named first."""
    match = _TOPIC_FIRST.match(follow_up.asked.rstrip("?!. "))
    if not match or not (mention := noun_phrase(match["topic"])):
        return None
    question = match["question"]
    asked = set(words(question.lower()))
    mention = replace(mention, person=bool(asked & PERSON_PRONOUNS), place="there" in asked)
    told = pronouns(replace(follow_up, text=question, past=[[mention]]))
    return told or (question if mention.head in map(singular, asked) else None)


def fragment(follow_up: FollowUp) -> str | None:
    """ "what about Niger?", "and in Niger?", "and the wounded?": another value for the question before."""
    phrase = _phrase(follow_up.asked) or _phrase(follow_up.text)
    if not phrase:
        return None
    slots = (_in_slot(phrase, turn, follow_up) for turn in follow_up.turns[:TURNS_BACK])
    return next(filter(None, slots), None) or _beside_noun(phrase, follow_up) or with_context(follow_up)


def _phrase(asked: str) -> str:
    """What the question asks of instead; "" when it is another kind of question."""
    body = asked.rstrip("?!. ")
    match = _FRAGMENT.match(body)
    if not match:
        return ""
    phrase = (match["phrase"] or match["pp"]).strip()
    lowered = {word.lower() for word in words(phrase) if word != "US"}
    pointing = AUXILIARIES | QUESTION_WORDS | PRONOUNS | {"that", "this", "those", "these"}
    if lowered & pointing or len(words(phrase)) > 8:
        return ""
    phrase = re.sub(r" (?:in particular|for example|instead|then|too|as well|now|today)$", "", phrase)
    return re.sub(r"^the ones? (?=(?:on|in|at|of|for|from|near|with|by)\b)", "", phrase)


def _in_slot(phrase: str, turn: Turn, follow_up: FollowUp) -> str | None:
    """An earlier question with `phrase` where it had something of the same kind."""
    previous = turn.standalone.strip().rstrip("?!. ")
    if not is_full(previous):
        return None
    led = _is_led(phrase)
    last = _phrase(turn.question)
    if last and last in previous and (led, _names_it(last)) == (_is_led(last), _names_it(phrase)) and not led:
        return previous.replace(last, phrase)  # the same was asked of something else before
    names = _whole_names(previous)
    if len(names) == 1 and follow_up.is_person(previous[names[0][0] : names[0][1]]):
        return None
    if led:
        return _after_preposition(phrase, turn, names)
    wounded = re.match(
        r"^the (wounded|injured|dead|killed|missing|arrested|kidnapped|displaced)$", phrase, re.I
    )
    if wounded and (
        slot := re.search(r"\b(?:killed|wounded|injured|dead|missing|arrested|kidnapped)\b", previous)
    ):
        return previous[: slot.start()] + wounded[1].replace("dead", "killed") + previous[slot.end() :]
    if _names_it(phrase):
        return _for_name(phrase, previous, names)
    return _for_noun(phrase, previous, just_asked=turn is follow_up.last_full)


def _is_led(phrase: str) -> bool:
    """Whether it begins with a preposition."""
    return " " in phrase and phrase.split()[0].lower() in PREPOSITIONS


def _names_it(phrase: str) -> bool:
    """Whether it is a proper name: not "the response in the Sahel"."""
    mention = noun_phrase(phrase)
    return mention.named if mention else is_named(phrase)


def _after_preposition(phrase: str, turn: Turn, names: Sequence[tuple[int, int]]) -> str | None:
    """ "in Niger" for "in Gao", "in 2013" for "in 2012"; or behind a question that told no place or time."""
    previous = turn.standalone.strip().rstrip("?!. ")
    first, rest = phrase.split(" ", 1)
    if not is_named(rest) and not re.fullmatch(_TIME, rest):
        return _after_same_preposition(phrase, previous)
    slot = re.search(rf"\b{re.escape(first)} (?:the )?{_NAME if is_named(rest) else _TIME}", previous)
    if slot:
        return previous[: slot.start()] + phrase + previous[slot.end() :]
    if len(names) == 1 and is_named(rest) and first.lower() in {"in", "for", "at"}:
        return _put(rest, previous, names[0])
    if first.lower() == "of":
        return None
    own = _without_antecedent(turn)
    return f"{re.sub(rf' {re.escape(first)} [a-z]+$', '', own)} {phrase}"  # "in mali" gives way


def _after_same_preposition(phrase: str, question: str) -> str | None:
    """ "for adults" for "for children", but not for "for Mali" nor "for 2012"."""
    first = re.escape(phrase.split(" ", 1)[0])
    slot = re.search(rf"\b{first} (?!{_TIME}|(?:the )?{_NAME})", question)
    end = _phrase_end(question, slot.end()) if slot else 0
    return question[: slot.start()] + phrase + question[end:] if slot and end > slot.end() else None


def _without_antecedent(turn: Turn) -> str:
    """The question as it was asked, where that says enough: another place takes the antecedent's."""
    said = content_words(turn.question)
    alone = len(said) > 1 and not PRONOUNS.intersection(turn.question.lower().split())
    return (turn.question if alone else turn.standalone).strip().rstrip("?!. ")


def _put(phrase: str, question: str, at: tuple[int, int]) -> str:
    """The question with the phrase instead of what stands there, with its article."""
    before = question[: at[0]]
    return re.sub(r"\b[Tt]he $", "", before) + phrase + question[at[1] :]


def _for_name(phrase: str, question: str, names: Sequence[tuple[int, int]]) -> str | None:
    """A name for the only one, for the only one that is a country as it is, or for who acts."""
    countries = can_be(Sort.COUNTRY, phrase)
    alike = [at for at in names if can_be(Sort.COUNTRY, question[at[0] : at[1]]) == countries]
    subject = frame(question).subject
    acting = [at for at in names if question[at[0] : at[1]] == re.sub("^the ", "", subject)]
    slots = next((found for found in (names, alike, acting) if len(found) == 1), ())
    return _put(phrase, question, slots[0]) if slots else None


def _whole_names(question: str) -> list[tuple[int, int]]:
    """Where the names of a question stand that are noun phrases by themselves."""
    subject = frame(question).subject
    return [
        (start, end)
        for start, end in _names(question)
        if subject.endswith(question[start:end]) or not _modifies(question, start, end)
    ]


def _names(question: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(rf"(?<![\w’']){_NAME}", question[1:]):
        owner = re.sub(r"['’]s$", "", match[0])
        yield match.start() + 1, match.start() + 1 + len(owner)


def _modifies(question: str, start: int, end: int) -> bool:
    """Whether a name only says which: "the Gao convoy"."""
    following = re.match(r" (\w+)", question[end:])
    return bool(
        re.search(r"\b(?:the|a|an) $", question[:start].lower())
        and following
        and following[1].lower() not in PREPOSITIONS | AUXILIARIES | (BASES | PASTS) - EVENT_NOUNS
    )


def _for_noun(phrase: str, question: str, just_asked: bool) -> str | None:
    mention = noun_phrase(phrase)
    if not mention or "to" in words(phrase) or _NO_NOUN.match(mention.head):
        return None
    if found := _for_same_noun(mention, question):
        return found
    if _tells_of_itself(mention) and (found := _for_relation(phrase, question)):
        return found
    other = just_asked and mention.head not in RELATIONAL - PERSON_NOUNS  # further back it is mere chance
    return _for_same_form(mention, question) if other else None


def _tells_of_itself(mention: Mention) -> bool:
    """Whether nothing follows its noun: "the response", not "the response in the Sahel"."""
    return singular(words(mention.text)[-1]) == mention.head


def _for_relation(phrase: str, question: str) -> str | None:
    """ "the disadvantages" for the advantages of something, "the prime minister" for the president."""
    for slot in re.finditer(r"\b(\w+)(?= (?:of|for|to)\b)", question):
        if singular(slot[1]) in RELATIONAL | PERSON_NOUNS:
            bare = re.sub(r"^(?:the|its|their) ", "", phrase)
            return question[: slot.start()] + bare + question[slot.end() :]
    return None


def _for_same_noun(mention: Mention, question: str) -> str | None:
    """ "polar bears" for "black bears", "the mayor of Nice" for "the mayor of Lyon"."""
    noun = next((word for word in words(mention.text) if singular(word) == mention.head), "")
    before, _, after = mention.text.partition(noun)
    if not after and not set(words(before.lower())) - DETERMINERS:
        return None
    slot = re.search(rf"\b{re.escape(noun)}\b", question)
    if not noun or not slot:
        return None
    start, end = _phrase_start(question, slot.start()), slot.end()
    if after and (more := re.match(rf" {re.escape(words(after)[0])} ", question[end:])):
        end = _phrase_end(question, end + more.end())
    counted = question[:start].lower().endswith(("how many ", "which ", "what "))
    new = re.sub(r"^the ", "", mention.text) if counted else mention.text
    return question[:start] + new + question[end:]


def _phrase_start(question: str, noun_at: int) -> int:
    """Where the phrase of the noun begins: with its article, or with the words that say which."""
    start = noun_at
    for i, word in enumerate(reversed(re.findall(r"\S+ ", question[:noun_at]))):
        if word.strip().lower() in {"the", "a", "an"}:
            return start - len(word)
        if i == MAX_MODIFIERS or word.strip().lower() in _NO_MODIFIERS:
            break
        start -= len(word)
    return start


def _phrase_end(question: str, start: int) -> int:
    """Where the phrase ends that begins there: behind its name or before its verb or preposition."""
    if name := re.match(rf"(?:the )?{_NAME}", question[start:]):
        return start + name.end()
    end = start
    for i, word in enumerate(re.findall(r" ?\S+", question[start:])):
        stops = word.strip().lower() in _NO_MODIFIERS
        if stops and (i or word.lower() not in {"the", "a", "an"}):
            break
        end += len(word)
    return end


def _for_same_form(mention: Mention, question: str) -> str | None:
    """ "the fans" for "the players", "tea" for "coffee": with or without an article as it is."""
    parts = frame(question)
    if parts.question_phrase == "tell" or (parts.question_phrase.lower() == "who" and not parts.predicate):
        return None
    counted = re.match(r"how many (.+)$", parts.question_phrase, re.IGNORECASE)
    of = parts.subject.partition(" of ")[2]
    acting = noun_phrase(parts.subject)
    others = [] if acting else objects(parts.predicate)
    found = [acting, *map(noun_phrase, (of, counted[1] if counted else "", *others))]
    alike = [one for one in found if one and one.head != mention.head and _article(one) == _article(mention)]
    slot = next((one for one in alike if one.plural == mention.plural), None)
    if not slot and acting and not acting.named:
        several = bool(parts.predicate) and acting.plural and mention.plural  # "investors", "the customers"
        slot = acting if several or acting in alike else None
    if not slot:
        return None
    return re.sub(rf"\b{re.escape(slot.text)}\b", lambda _: mention.text, question, count=1)


def _article(mention: Mention) -> str:
    first = words(mention.text.lower())[0]
    return first if first in DETERMINERS else ""


def _beside_noun(phrase: str, follow_up: FollowUp) -> str | None:
    mention = noun_phrase(phrase)
    if not mention or mention.head not in RELATIONAL:
        return None
    if not _tells_of_itself(mention):
        asks = "who" if mention.head in PERSON_NOUNS else "what"
        return f"{asks} {'are' if mention.plural else 'is'} {phrase}"
    return f"{follow_up.text} of {follow_up.topic.text}" if follow_up.topic else None
