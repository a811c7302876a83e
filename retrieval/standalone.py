"""A follow-up becomes a question that can be searched and read without the conversation before it.

Rules only: a question that none of them recognises as a follow-up stays as it is, because a wrong
antecedent costs more than a missing one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from retrieval.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BASES,
    BE,
    BOUNDARIES,
    DETERMINERS,
    DO,
    EVENT_NOUNS,
    GROUP_NOUNS,
    HAVE,
    MODALS,
    PARTICIPLE_OF,
    PASTS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    RELATIONAL,
    SPEECH_VERBS,
    THIRD_PERSON,
    TIME_NOUNS,
    UNIQUE,
    is_french,
    is_participle,
    plural,
    singular,
)
from retrieval.mentions import Mention, frame, is_named, mentions, plain, words
from retrieval.types import Conversation

TURNS_BACK = 5  # an antecedent is rarely further away, and a wrong one costs more than none
FAR = 8  # words into a question, a pronoun has its antecedent in the question itself
_OWN = frozenset("its their his her".split())
_STEP = 0.8  # what one turn of distance takes from a mention's fitness
_OF = frozenset("of for in to on between with behind about at by from among versus vs against than".split())


def make_standalone(question: str, conversation: Conversation) -> str:
    """The question in words that need no conversation; as asked, stripped, when it needs none already."""
    asked = question.strip()
    past = _known([mentions(turn) for turn in reversed(conversation.turns)])[:TURNS_BACK]
    if not past or not words(plain(asked)) or is_french([word.lower() for word in words(asked)]):
        return asked
    follow_up = _FollowUp(asked, plain(asked), past, [t.standalone for t in reversed(conversation.turns)])
    for rewrite in _REWRITES:
        if rewritten := rewrite(follow_up):
            return _tidy(rewritten, asked)
    return asked


def _known(past: Sequence[Sequence[Mention]]) -> list[list[Mention]]:
    """The mentions of each turn with what any other turn tells of their kind."""
    people = {mention.text for turn in past for mention in turn if mention.person}
    places = {mention.text for turn in past for mention in turn if mention.place}
    return [[replace(m, person=m.text in people, place=m.text in places) for m in turn] for turn in past]


@dataclass(frozen=True, slots=True)
class _FollowUp:
    asked: str
    text: str  # without closing marks and opening "and"
    past: Sequence[Sequence[Mention]]  # newest turn first
    before: Sequence[str]  # the questions before as they were understood, newest first

    @property
    def previous(self) -> str:
        return self.before[0].strip()

    def is_person(self, text: str) -> bool:
        return any(mention.person and mention.text == text for turn in self.past for mention in turn)

    def best(self, fitness: Callable[[Mention], float]) -> Mention | None:
        """The mention that fits best: fitness 0 and below never fits; order and distance decide ties."""
        ranked = [
            (fitness(mention) + mention.salience - _STEP * back - 0.05 * rank, mention)
            for back, turn in enumerate(self.past)
            for rank, mention in enumerate(turn)
            if fitness(mention) > 0
        ]
        return max(ranked, key=lambda pair: pair[0])[1] if ranked else None

    @property
    def topic(self) -> Mention | None:
        """What the conversation is about now."""
        return self.best(
            lambda mention: (
                1.0
                + 0.2 * (mention.named or (mention.deed is not None and mention.deed.happening))
                - 0.3 * mention.doers
                - 0.6 * mention.answer
            )
        )


def _tidy(rewritten: str, asked: str) -> str:
    rewritten = re.sub(r"\s+", " ", rewritten).strip()
    if asked[:1].isupper():
        rewritten = rewritten[:1].upper() + rewritten[1:]
    ending = asked[-1] if asked[-1] in ".!?" else ""
    return rewritten.rstrip("?!. ") + ending


# --- Whole questions that consist of a question word or a fragment -------------------------------

_BARE = re.compile(
    r"^(?:(?:since|until|from|by|to) )?(?P<phrase>when|where|why|how|who|what|how many|how much|how long|"
    r"how often|what time|which year|what year|what day)(?: exactly)?(?: and (?P<second>when|where|why|how))?"
    r"(?: (?:is|was|were|did|does)(?: (?:it|this|that|they|the \w+)?)"
    r"(?: (?:happen|occur|take place|be|all that))?"
    r"(?: exactly)?)?$",
    re.IGNORECASE,
)
_IDLE = re.compile(
    r"\b(?:it|this|that)(?: (?:happen|occur|take place|happened|occurred|took place))?(?: exactly)?$"
)


def _bare_question_word(follow_up: _FollowUp) -> str | None:
    """ "where?", "and when was it?", "why did it happen?": the question before with another question word."""
    match = _BARE.match(follow_up.text)
    if not match:
        return None
    phrase = match["phrase"] if not match["second"] else f"{match['phrase']} and {match['second']}"
    tail = [word.lower() for word in words(follow_up.text)]
    pointed = _event(follow_up)
    if tail[0] == "who" and "it" not in tail and len(tail) > 1:
        return None
    if "the" in tail and tail[-1] not in {"attack", *EVENT_NOUNS}:
        return None
    present = "is" in tail or "does" in tail
    circumstance = phrase.lower() not in {"how many", "how much", "what", "who"}
    if pointed and pointed.deed and circumstance and not present:
        were = "were" if _many(pointed.undergone) else "was"
        return f"{phrase} {were} {pointed.undergone} {pointed.deed.participle}"
    if (present and len(tail) > 1) or "they" in tail:
        return None
    return _asked_anew(follow_up, phrase)


def _asked_anew(follow_up: _FollowUp, phrase: str) -> str | None:
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
            return f"{phrase} {'were' if _many(rest) else 'was'} {rest} {PARTICIPLE_OF[verb.lower()]}"
    elif parts.auxiliary and parts.predicate and old != "tell":
        if parts.subject:
            thing = counted if old.startswith("how many") else ""
            return f"{phrase} {parts.auxiliary} {parts.subject} {parts.predicate} {thing}"
        if counted:
            return f"{phrase} {parts.auxiliary} {counted} {parts.predicate}"
    return _with_context(follow_up)


_DID_IT = re.compile(
    r"^who (?:did|has done|was behind|is behind|carried out|committed|caused) (?:it|this|that)$", re.I
)


def _who_did_it(follow_up: _FollowUp) -> str | None:
    if not _DID_IT.match(follow_up.text):
        return None
    pointed = _event(follow_up)
    if pointed and pointed.deed:
        return f"who {pointed.deed.past} {pointed.undergone}"
    return None


_FRAGMENT = re.compile(
    r"^(?:what about|how about|and (?:what|how) about|and)\s+(?P<phrase>.+)$|"
    r"^(?P<pp>(?:in|at|for|on|from|by|with|during)\s.+)$",
    re.IGNORECASE,
)


def _fragment(follow_up: _FollowUp) -> str | None:
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
    slots = (_in_slot(phrase, before, follow_up) for before in follow_up.before[:TURNS_BACK])
    return next(filter(None, slots), None) or _beside_noun(phrase, follow_up) or _with_context(follow_up)


def _in_slot(phrase: str, question: str, follow_up: _FollowUp) -> str | None:
    """An earlier question with `phrase` where it had something of the same kind."""
    previous = question.strip().rstrip("?!. ")
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
        return f"{previous} {phrase}" if is_named(rest) and first.lower() != "of" else None
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


def _beside_noun(phrase: str, follow_up: _FollowUp) -> str | None:
    if singular(_last_word(phrase)) in RELATIONAL and not is_named(phrase) and follow_up.topic:
        return f"{follow_up.text} of {follow_up.topic.text}"
    return None


# --- Pronouns ------------------------------------------------------------------------------------


def _event(follow_up: _FollowUp) -> Mention | None:
    return follow_up.best(lambda mention: (1.3 if mention.deed else 1.0) if mention.event else 0.0)


def _many(phrase: str) -> bool:
    last = words(re.split(r"\s(?:of|in|on|at|near)\s", phrase, maxsplit=1)[0])[-1]
    return singular(last) != last.lower() and not last[0].isupper()


def _fits_it(present: bool, inside: bool) -> Callable[[Mention], float]:
    def fitness(mention: Mention) -> float:
        if mention.person or mention.doers or (mention.plural and (mention.answer or not mention.named)):
            return 0.1 if mention.plural and not mention.doers else 0.0
        if mention.plural:
            return 0.6
        if mention.deed:
            return 1.5 if mention.deed.happening and not present and not inside else 0.6
        return 1.2 if mention.named else 1.0

    return fitness


def _fits_they(mention: Mention) -> float:
    if mention.event or mention.place:
        return 0.2
    if mention.plural:
        return 2.4 if mention.doers else 2.0
    if mention.person:
        return 0.3
    return 1.3 if mention.named or mention.text.lower().startswith(("a ", "an ")) else 1.0


def _fits_person(mention: Mention) -> float:
    if mention.person:
        return 2.0 if mention.named else 1.5
    if mention.plural or mention.place or mention.event or not mention.named:
        return 0.0
    return 1.0 if len(words(mention.text)) > 1 and not mention.text.lower().startswith("the ") else 0.5


def _fits_place(mention: Mention) -> float:
    return (
        2.0 if mention.place else 1.0 if mention.named and not mention.person and not mention.plural else 0.0
    )


def _pronouns(follow_up: _FollowUp) -> str | None:
    """Each pronoun without an antecedent in its own question gives way to what it stands for."""
    text, tokens = follow_up.text, list(re.finditer(r"\w+(?:[’'\-]\w+)*|[^\w\s]", follow_up.text))
    lowered = [token[0].lower() for token in tokens]
    changes: list[tuple[int, int, str]] = []
    chosen: dict[str, Mention] = {}
    for i, word in enumerate(lowered):
        kind = _kind(i, lowered)
        quoted = i and tokens[i][0][0].isupper() and lowered[i - 1][0].isalnum()
        if kind is None or quoted or _bound(kind, word, i, lowered, text, tokens):
            continue
        mention = chosen.get(kind) or _antecedent(kind, i, lowered, follow_up)
        if mention is None or mention.text.lower() in text.lower() or mention in chosen.values():
            continue
        possessive = word in {"its", "their", "his"} or (
            word == "her" and i + 1 < len(lowered) and _nounish(lowered[i + 1])
        )
        start, end = tokens[i].start(), tokens[i].end()
        if kind in chosen:
            continue  # once named, a second pronoun of the kind is clear
        chosen[kind] = mention
        if kind == "there":
            changes.append((start, end, f"in {mention.text}"))
        elif possessive:
            changes.append(_possessive(mention, i, lowered, tokens, text))
        else:
            changes.append((start, end, _named_as(mention, word)))
    for start, end, words_instead in sorted(changes, reverse=True):
        text = text[:start] + words_instead + text[end:]
    return text if changes else None


def _named_as(mention: Mention, word: str) -> str:
    article = re.match(r"^an? (.+)$", mention.text)
    if word in {"they", "them"} and article:
        stem, _, last = article[1].rpartition(" ")
        return f"{stem} {plural(last)}".strip()
    return mention.text


def _possessive(
    mention: Mention, i: int, lowered: Sequence[str], tokens: Sequence[re.Match[str]], text: str
) -> tuple[int, int, str]:
    start = tokens[i].start()
    if mention.possessive:
        ending = "’" if mention.text.endswith("s") and mention.plural else "’s"
        return start, tokens[i].end(), mention.text + ending.replace("’", "'")
    end = i + 1
    while end < len(lowered) and _nounish(lowered[end]):
        if end > i + 1 and (lowered[end] in BASES | PASTS or is_participle(lowered[end])):
            break
        end += 1
    owned = text[tokens[min(i + 1, len(tokens) - 1)].start() : tokens[end - 1].end()]
    return start, tokens[end - 1].end(), f"the {owned} of {mention.text}"


def _nounish(word: str) -> bool:
    return word[0].isalnum() and word not in (
        PREPOSITIONS | AUXILIARIES | PRONOUNS | QUESTION_WORDS | BOUNDARIES | DETERMINERS | {"not", "to"}
    )


def _kind(i: int, lowered: Sequence[str]) -> str | None:
    """Which kind of antecedent the word at `i` asks for; None when it asks for none."""
    word = lowered[i]
    following = lowered[i + 1] if i + 1 < len(lowered) else ""
    before = lowered[i - 1] if i else ""
    if following == "own":
        return None
    if word in {"he", "she", "him", "his", "her", "hers"}:
        return "person"
    if word in {"they", "them", "their"}:
        return "they"
    if word in {"it", "its"}:
        return None if word == "it" and _expletive(i, lowered) else "it"
    if word == "there":
        existential = (
            before in BE | {"has", "have", "be"}
            or following in BE | HAVE | MODALS
            or lowered[:2] == ["is", "there"]
        )
        return None if existential else "there"
    if word in {"this", "that"}:
        if following in EVENT_NOUNS:
            return None
        ends = not following or not following[0].isalnum()
        if ends and (before in PREPOSITIONS | AUXILIARIES | BASES | PASTS or is_participle(before)):
            return "it"
        if (
            before in AUXILIARIES
            and i <= 3
            and (following in BASES | PREPOSITIONS | ADVERBS or is_participle(following))
        ):
            return "it"
    if word in {"these", "those"} and (not following or following in BASES | BE):
        return "they"
    return None


_WEATHER = frozenset("raining snowing cold hot warm sunny dark late early".split())


def _expletive(i: int, lowered: Sequence[str]) -> bool:
    """Whether this "it" stands for nothing: "is it true that", "how long does it take to"."""
    rest = list(lowered[i + 1 :])
    before = list(lowered[:i])
    if before[:2] == ["what", "time"] or before[:2] == ["what", "day"]:
        return True
    if not rest:
        return False
    if rest[0] in _WEATHER or (before[:2] == ["how", "far"] and "from" in rest):
        return True
    if rest[0] in {"take", "cost", "mean", "like", "feel"} and "to" in rest[:-1]:
        return True
    if before and before[-1] in BE and rest[0] in {"true", "possible", "likely", "the"} and "that" in rest:
        return True
    if before and before[-1] in BE and "to" in rest[:4] and rest[0] not in AUXILIARIES:
        after = rest[rest.index("to") + 1 :]
        return len(after) > 1 and after[1] != "than" and not is_participle(rest[0])
    if before and before[-1] in BE and len(rest) > 1 and is_participle(rest[0]) and rest[1] == "that":
        return True
    return bool(before and before[-1] in BE and rest[0] in {"that", "true"})


def _bound(
    kind: str, word: str, i: int, lowered: Sequence[str], text: str, tokens: Sequence[re.Match[str]]
) -> bool:
    """Whether an earlier noun phrase of the same question is the antecedent."""
    if kind == "there":
        return any(w in {"in", "at", "to"} for w in lowered[:i]) and is_named(text[1 : tokens[i].start()])
    if i >= FAR or _asked_thing_is_antecedent(i, lowered, own=word in _OWN):
        return True
    if kind == "person" and re.search(r"[A-ZÀ-Ý]\w+ [A-ZÀ-Ý]\w+", text[tokens[i].end() :]):
        return True
    boundaries = [
        j
        for j in range(1, i)
        if (lowered[j] in BOUNDARIES | {",", ";", ".", "?"} and not _joins_nouns(j, lowered))
        or (lowered[j] in SPEECH_VERBS and lowered[j + 1] not in PREPOSITIONS)
    ]
    own = word in _OWN
    limit = i if own else (boundaries[-1] if boundaries else 0)
    for j in range(limit):
        token = tokens[j][0]
        if not _nounish(lowered[j]) or lowered[j] in ADVERBS | SPEECH_VERBS | {
            "many",
            "much",
            "long",
            "there",
        }:
            continue
        name = token[0].isupper() and lowered[j] not in {"tell", "describe", "please", "give", "compare"}
        doing = j > 1 and lowered[j - 1] == "the" and lowered[j - 2] in DO | HAVE | MODALS
        if own and (doing or (j > 0 and lowered[j - 1] in DO | HAVE | MODALS)):
            return True
        many = singular(lowered[j]) != lowered[j]
        marked = (
            name
            or (j > 0 and lowered[j - 1] in {"the", "a", "an"} | AUXILIARIES)
            or (many and kind == "they")
        )
        verb = lowered[j] in BASES | PASTS or is_participle(lowered[j])
        if verb and not name:
            marked = marked and j > 0 and lowered[j - 1] in {"the", "a", "an"}
        if marked and own and not boundaries and not name:
            continue
        if (
            marked
            and (many if kind == "they" and not name else True)
            and not (kind == "it" and many and not name)
        ):
            return True
        if marked and kind == "it" and not many and j + 1 < limit:
            return True
    return False


def _asked_thing_is_antecedent(i: int, lowered: Sequence[str], own: bool) -> bool:
    """Whether "which company ... its" or "which company said it" points at what is asked for."""
    asked = next((j for j, word in enumerate(lowered[:i]) if word in {"which", "what"}), None)
    if asked is None or not _nounish(lowered[asked + 1]) or lowered[asked + 1] in BASES | THIRD_PERSON:
        return False
    return own or any(word in SPEECH_VERBS | {"that", "if", "and"} for word in lowered[asked + 2 : i])


def _joins_nouns(j: int, lowered: Sequence[str]) -> bool:
    return lowered[j] in {"and", "or"} and lowered[j + 1] not in QUESTION_WORDS | AUXILIARIES | PRONOUNS


def _antecedent(kind: str, i: int, lowered: Sequence[str], follow_up: _FollowUp) -> Mention | None:
    if kind == "person":
        return follow_up.best(_fits_person)
    if kind == "they":
        return follow_up.best(_fits_they)
    if kind == "there":
        return follow_up.best(_fits_place)
    present = bool(set(lowered[:i]) & {"is", "does", "can", "has", "will", "are", "do"})
    inside = (
        i > 0 and lowered[i - 1] in {"in", "inside"} and "killed" not in lowered and "died" not in lowered
    )
    return follow_up.best(_fits_it(present, inside))


# --- Noun phrases that are short of detail -------------------------------------------------------

_DEMONSTRATIVE = re.compile(
    r"\b(?P<det>the|this|that|these|those)\s(?P<phrase>[\w\-]+(?:\s[\w\-]+)?)", re.IGNORECASE
)
_PLAIN_ADJECTIVES = frozenset(
    "main other different same first last key common important major new old best biggest largest most "
    "total final typical short long-term health side environmental economic political historical".split()
)


def _definite(follow_up: _FollowUp) -> str | None:
    """ "that attack", "the convoy", "this group": the full phrase the conversation used."""
    text = follow_up.text
    for match in _DEMONSTRATIVE.finditer(text):
        pointing = match["det"].lower() not in {"the"}
        tokens = words(match["phrase"])
        noun = tokens[0].lower()
        following = text[match.start("phrase") + len(tokens[0]) :].split()
        after = following[0].lower().strip(",?") if following else ""
        if noun in TIME_NOUNS | AUXILIARIES | PRONOUNS | PREPOSITIONS | UNIQUE or (
            after in _OF and after != "in"
        ):
            continue
        ends_phrase = (
            not after
            or after in (AUXILIARIES | PREPOSITIONS | BOUNDARIES | BASES | PASTS | ADVERBS | DETERMINERS)
            or is_participle(after)
        )
        if not ends_phrase:
            continue
        if not pointing and is_named(text[1:]):
            continue
        if tokens[0][0].isupper():
            continue
        if match["det"].lower() == "that" and not _points(text[: match.start()]):
            continue
        mention = _by_noun(noun, follow_up)
        if mention and mention.text.lower() not in text.lower():
            full = re.sub(r"^an? ", "the ", mention.text)
            return text[: match.start()] + full + text[match.start("phrase") + len(tokens[0]) :]
        if pointing and noun in BASES and (topic := follow_up.topic):
            return text[: match.start()] + topic.text + text[match.end("det") :]
        if pointing and noun != "there" and len(words(text)) < 10:
            return _with_context(follow_up)
    return None


def _points(before: str) -> bool:
    last = (words(before) or [""])[-1].lower()
    if last in SPEECH_VERBS:
        return False
    return not last or last in AUXILIARIES | PREPOSITIONS | {"and"} or last in PASTS | BASES


def _by_noun(noun: str, follow_up: _FollowUp) -> Mention | None:
    stem = singular(noun)

    def fitness(mention: Mention) -> float:
        tokens = words(mention.text.lower())
        if mention.head == stem and len(set(tokens) - DETERMINERS) > 1:
            return 0.0 if tokens[0].endswith("ing") or tokens[0] in BASES else 3.0
        if stem in EVENT_NOUNS:
            return 2.0 if mention.event else 0.0
        if noun in GROUP_NOUNS:
            return (
                1.5
                if mention.doers
                else 1.0
                if mention.named and not mention.place and not mention.person
                else 0.0
            )
        if stem in PERSON_NOUNS:
            return 2.0 if mention.person and mention.named else 0.0
        if stem in PLACE_NOUNS:
            return 2.0 if mention.place else 1.0 if mention.named and not mention.person else 0.0
        return 0.0

    return follow_up.best(fitness)


_ASKS_NOUN = re.compile(
    r"^(?:(?:what|who|which|where) (?:is|are|was|were)|how many|(?:is|are|was|were) there|"
    r"tell|describe|explain|give|list)\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\b(?P<noun>impacts?|effects?|influence|relationship|relation|implications?|consequences?|advantages?|"
    r"disadvantages?|benefits?|differences?|reactions?|attitude)(?P<link> (?:on|for|to|with)) ",
    re.IGNORECASE,
)


def _incomplete(follow_up: _FollowUp) -> str | None:
    """ "What are the main advantages?", "How many were killed?": what it is about goes to the end."""
    text, topic = follow_up.text, follow_up.topic
    if topic is None or is_named(text[1:]):
        return None
    tokens = words(text)
    lowered = [token.lower() for token in tokens]
    on = _ON.search(text)
    if on and " of " not in text and _ASKS_NOUN.match(text) and len(tokens) <= 12:
        if on["noun"].lower().startswith("diff"):
            return f"{text[: on.end('noun')]} between {topic.text} and {text[on.end() :]}"
        return f"{text[: on.end('noun')]} of {topic.text}{text[on.end('noun') :]}"
    if len(tokens) > 9:
        return None
    content = [
        w for w in lowered if _nounish(w) and w not in ADVERBS | _PLAIN_ADJECTIVES and not is_participle(w)
    ]
    if lowered[-2:] == ["tell", "me"] or lowered in (["tell", "me", "more"], ["more"], ["go", "on"]):
        return f"tell me more about {topic.text}"
    relational = (
        singular(lowered[-1]) in RELATIONAL
        and bool(_ASKS_NOUN.match(text))
        and not set(lowered) & PRONOUNS - {"me"}
    )
    if relational and not set(lowered) & _OF:
        return f"{text} of {topic.text}"
    happened = _event(follow_up)
    if happened and set(lowered) & {"responsibility", "responsible"} and not set(lowered) & _OF:
        return f"{text} for {happened.text}"
    casualties = {
        "killed",
        "died",
        "wounded",
        "injured",
        "destroyed",
        "kidnapped",
        "arrested",
        "survived",
        "die",
    }
    if happened and set(lowered) & casualties and not set(lowered) & _OF:
        return f"{text} in {happened.text}"
    definite = re.search(r"\bthe (?:(?:\w+) )?(\w+)\b", text.lower())
    if definite and definite[1] not in UNIQUE | TIME_NOUNS and len(content) <= 2 and not set(lowered) & _OF:
        return _with_context(follow_up)
    more = set(lowered) & {"else", "others", "other"} and not set(lowered) & _OF and len(lowered) <= 6
    if set(lowered) & {"ones", "one"} or more or lowered[-2:] == ["are", "there"]:
        return _with_context(follow_up)
    return None


def _with_context(follow_up: _FollowUp) -> str | None:
    topic = follow_up.topic
    if topic is None or topic.text.lower() in follow_up.text.lower():
        return None
    return f"{follow_up.text} ({topic.text})"


_REWRITES = (_who_did_it, _bare_question_word, _fragment, _pronouns, _definite, _incomplete)
