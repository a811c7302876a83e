"""A follow-up becomes a question that can be searched and read without the conversation before it.

Rules only: a question that none of them recognises as a follow-up stays as it is, because a wrong
antecedent costs more than a missing one.
"""

import re

from retrieval.conversation.agents import what_was_done, who_did_it, who_says_so
from retrieval.conversation.anaphora import pronouns
from retrieval.conversation.counterparts import fragment, topic_first
from retrieval.conversation.follow_up import TURNS_BACK, FollowUp, is_nounish, known, last_event, with_context
from retrieval.conversation.fragments import bare_question_word
from retrieval.conversation.mentions import mentions
from retrieval.conversation.phrases import Mention, is_named
from retrieval.questions.clauses import plain, words
from retrieval.questions.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BASES,
    BOUNDARIES,
    DETERMINERS,
    EVENT_NOUNS,
    GROUP_NOUNS,
    PASTS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIONAL,
    SITE_NOUNS,
    SPEECH_VERBS,
    TIME_NOUNS,
    UNIQUE,
    is_french,
    is_participle,
    singular,
)
from retrieval.types import Conversation

_OF = frozenset("of for in to on between with behind about at by from among versus vs against than".split())


def make_standalone(question: str, conversation: Conversation) -> str:
    """The question in words that need no conversation; as asked, stripped, when it needs none already."""
    asked = question.strip()
    past = known([mentions(turn) for turn in reversed(conversation.turns)])[:TURNS_BACK]
    if not past or not words(plain(asked)) or is_french([word.lower() for word in words(asked)]):
        return asked
    follow_up = FollowUp(asked, plain(asked), past, list(reversed(conversation.turns)))
    for rewrite in _REWRITES:
        if rewritten := rewrite(follow_up):
            return _tidy(rewritten, asked)
    return asked


def adds_a_guess(standalone: str, asked: str) -> bool:
    """Whether all that was added to the question is a topic in brackets, which it may do without."""
    kept = standalone.rstrip("?!. ").removesuffix(")").rpartition(" (")[0]
    return kept == asked.strip().rstrip("?!. ") or bool(kept and kept.lower() == plain(asked).lower())


def _tidy(rewritten: str, asked: str) -> str:
    rewritten = re.sub(r"\bthe (?=the\b)", "", re.sub(r"\s+", " ", rewritten).strip(), flags=re.IGNORECASE)
    if asked[:1].isupper():
        rewritten = rewritten[:1].upper() + rewritten[1:]
    ending = asked[-1] if asked[-1] in ".!?" else ""
    return rewritten.rstrip("?!. ") + ending


_DEMONSTRATIVE = re.compile(
    r"\b(?P<det>the|this|that|these|those)\s(?P<phrase>[\w\-]+(?:\s[\w\-]+)?)", re.IGNORECASE
)


_PLAIN_ADJECTIVES = frozenset(
    "main other different same first last key common important major new old best biggest largest most "
    "total final typical short long-term health side environmental economic political historical".split()
)


def _definite(follow_up: FollowUp) -> str | None:
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
        if tokens[0][0].isupper() or (not pointing and noun in RELATIONAL & PLACE_NOUNS):
            continue  # "the capital" is not Mali, but Mali's
        if match["det"].lower() == "that" and not _points(text[: match.start()]):
            continue
        mention = _by_noun(noun, follow_up)
        if mention and mention.text.lower() not in text.lower():
            full = re.sub(r"^an? ", "the ", mention.text)
            return text[: match.start()] + full + text[match.start("phrase") + len(tokens[0]) :]
        if pointing and noun in BASES and (topic := follow_up.topic):
            return text[: match.start()] + topic.text + text[match.end("det") :]
        if pointing and noun != "there" and len(words(text)) < 10:
            return with_context(follow_up)
    return None


def _points(before: str) -> bool:
    last = (words(before) or [""])[-1].lower()
    if last in SPEECH_VERBS:
        return False
    return not last or last in AUXILIARIES | PREPOSITIONS | {"and"} or last in PASTS | BASES


def _by_noun(noun: str, follow_up: FollowUp) -> Mention | None:
    stem = singular(noun)

    def fitness(mention: Mention) -> float:
        tokens = words(mention.text.lower())
        if mention.head == stem and len(set(tokens) - DETERMINERS) > 1:
            described = "that" in tokens  # "the group that did it": its name, once told, says more
            return 0.0 if tokens[0].endswith("ing") or tokens[0] in BASES else 0.9 if described else 3.0
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
            named = mention.named and not (mention.person or mention.doers or mention.head in SITE_NOUNS)
            return 2.0 if mention.place else 1.0 if named else 0.0
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


def _incomplete(follow_up: FollowUp) -> str | None:
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
        w for w in lowered if is_nounish(w) and w not in ADVERBS | _PLAIN_ADJECTIVES and not is_participle(w)
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
    happened = last_event(follow_up)
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
    whole = re.search(r"\bthe (\w+) (\w+)$", text.lower())  # "the world cup": a noun said what kind of noun
    if whole and set(whole.groups()) <= set(content) and not set(lowered) & AUXILIARIES:
        return None
    told = topic.named or topic.event  # "minibuses" would not say which airport is meant
    if (
        told
        and definite
        and definite[1] not in UNIQUE | TIME_NOUNS
        and len(content) <= 2
        and not set(lowered) & _OF
    ):
        return with_context(follow_up)
    more = set(lowered) & {"else", "others", "other"} and not set(lowered) & _OF and len(lowered) <= 6
    if set(lowered) & {"ones", "one"} or more or lowered[-2:] == ["are", "there"]:
        return with_context(follow_up)
    return None


_REWRITES = (
    who_did_it,
    what_was_done,
    who_says_so,
    bare_question_word,
    topic_first,
    fragment,
    pronouns,
    _definite,
    _incomplete,
)
