"""Pronouns: which of them point back, and what they stand for."""

import re
from collections.abc import Callable, Sequence

from retrieval.conversation.follow_up import FollowUp, is_nounish
from retrieval.conversation.phrases import Mention, is_named
from retrieval.questions.clauses import words
from retrieval.questions.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BASES,
    BE,
    BOUNDARIES,
    DO,
    EVENT_NOUNS,
    HAVE,
    MODALS,
    PASTS,
    PLACE_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SITE_NOUNS,
    SPEECH_VERBS,
    THIRD_PERSON,
    is_participle,
    plural,
    singular,
)

FAR = 8  # words into a question, a pronoun has its antecedent in the question itself
_OWN = frozenset("its their his her".split())


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
    if mention.place:
        return 2.0
    if mention.head in PLACE_NOUNS | SITE_NOUNS and not mention.plural:
        return 2.0 if len(words(mention.text)) > 2 else 1.5  # "the factory" says less than where it stands
    return 1.0 if mention.named and not (mention.person or mention.plural or mention.answer) else 0.0


def pronouns(follow_up: FollowUp) -> str | None:
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
            word == "her" and i + 1 < len(lowered) and is_nounish(lowered[i + 1])
        )
        start, end = tokens[i].start(), tokens[i].end()
        if kind in chosen:
            continue  # once named, a second pronoun of the kind is clear
        chosen[kind] = mention
        if kind == "there":
            led = i and lowered[i - 1] in PREPOSITIONS  # "from there"
            at = "at" if mention.head in SITE_NOUNS else "in"
            changes.append((start, end, mention.text if led else f"{at} {mention.text}"))
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
    while end < len(lowered) and is_nounish(lowered[end]):
        if end > i + 1 and (lowered[end] in BASES | PASTS or is_participle(lowered[end])):
            break
        end += 1
    owned = text[tokens[min(i + 1, len(tokens) - 1)].start() : tokens[end - 1].end()]
    return start, tokens[end - 1].end(), f"the {owned} of {mention.text}"


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
            (before in BE | {"has", "have", "be"} and (following or lowered[0] != "who"))
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
    if rest[0] in _WEATHER or (before[:2] == ["how", "far"] and {"from", "to"} <= set(rest)):
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
        if not is_nounish(lowered[j]) or lowered[j] in ADVERBS | SPEECH_VERBS | {
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
    if asked is None or not is_nounish(lowered[asked + 1]) or lowered[asked + 1] in BASES | THIRD_PERSON:
        return False
    return own or any(word in SPEECH_VERBS | {"that", "if", "and"} for word in lowered[asked + 2 : i])


def _joins_nouns(j: int, lowered: Sequence[str]) -> bool:
    return lowered[j] in {"and", "or"} and lowered[j + 1] not in QUESTION_WORDS | AUXILIARIES | PRONOUNS


def _antecedent(kind: str, i: int, lowered: Sequence[str], follow_up: FollowUp) -> Mention | None:
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
    fits = _fits_it(present, inside)
    if "there" in lowered:  # which takes the place
        return follow_up.best(lambda mention: 0.0 if mention.place else fits(mention))
    return follow_up.best(fits)
