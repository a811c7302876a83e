"""What a question asks for, told from its words: enough to judge whether a span could answer it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile

from index.languages import is_english
from retrieval.questions.lexicon import AUXILIARIES, PASTS, QUESTION_WORDS

TOPIC_WORDS = 3  # "Alliance of Sahel States"
# Characters; the embedder takes 256 tokens, which are about so many, and the reader fewer. Rules that grow
# with the square of the length worked on 50,000 for 16 s.
LONGEST = 1000
_HALF_PAIRS = re.compile("[\ud800-\udfff]")  # of surrogates: no tokenizer takes them, nor UTF-8
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

# Words that say nothing about the subject of a question or of an answer.
FUNCTION_WORDS = frozenset(
    """a about after again against all also am an and any are aren't as at be because been before being
    between both but by can can't could couldn't did didn't do does doesn't doing don't down during each
    either else ever every few for from further get gets got had has have having he her here hers him his
    how i if in into is isn't it it's its itself just let many may me might more most much must my no nor
    not now of off on once one's only or other our out over own per please said same say says shall she
    should since so some such tell than thank thanks that the their them then there these they this those
    that's through to too under until up upon us very was wasn't we were weren't what what's when where
    whether which while who who's whom whose why will with within without won't would you your
    au aux ce ces cette comment combien dans de des du elle en est et il ils la le les leur où par pas
    pour pourquoi qu quand que quel quelle quelles quels qui quoi sa se ses son sont sur un une""".split()
)

SHORT_NAMES = {
    "United States": re.compile(r"\b(?:US|U\.S\.)(?:A\b|A\.)?(?!\w)"),
    "United Kingdom": re.compile(r"\b(?:UK\b|U\.K\.)"),
    "United Nations": re.compile(r"\b(?:UN\b|U\.N\.)"),
    "European Union": re.compile(r"\b(?:EU\b|E\.U\.)"),
}
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre"
)
_DAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
MONTHS_AND_DAYS = re.compile(rf"(?:{_MONTHS}|{_DAYS})s?", re.IGNORECASE)
_TIME = re.compile(
    rf"\d|\b(?:{_MONTHS}|{_DAYS}|today|yesterday|tonight|"
    r"tomorrow|morning|afternoon|evening|night|noon|midnight|dawn|week|weekend|month|year|decade|century|"
    r"spring|summer|autumn|fall|winter|christmas|easter|ramadan|siècle|année)s?\b",
    re.IGNORECASE,
)
_MEASURES = (  # "what is the average rate for a mortgage?" asks for a number
    "number|population|price|cost|fee|salary|income|age|amount|average|percentage|rate|ratio|limit|"
    "magnitude|temperature|speed|distance|length|height|depth|width|weight|volume|density|duration"
)


class Kind(StrEnum):
    PERSON = "person"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"
    THING = "thing"  # what X, which X
    BROAD = "broad"  # why, how, what happened: answered by sentences
    YES_NO = "yes_no"  # answered by the sentence that settles it


_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            Kind.NUMBER,
            r"\bhow (?:many|much|far|long|old|tall|big|large|high|deep|fast|often|heavy|wide)\b|\bcombien\b|"
            r"\b(?:what|which) (?:number|percentage|percent|proportion|share|amount|age)\b|"
            rf"\bdeath toll\b|\b(?:what|which)(?:'s| is| was| are| were) "
            rf"(?:(?:the|a|an|its|their|his|her) )?(?:[\w’'-]+ ){{0,3}}?(?:{_MEASURES})"
            r"(?= (?:of|in|for|to|from|at|on|between|required|needed)\b|\W*$)",
        ),
        (
            Kind.TIME,
            r"when\b|(?:what|which) (?:\w+ )?(?:year|date|day|month|time)\b|quand\b",
        ),
        (Kind.PERSON, r"(?:who|whom|whose)\b|qui\b"),
        (
            Kind.PLACE,
            r"where\b|(?:what|which) (?:\w+ )?(?:city|country|state|town|place|village)\b|où\b",
        ),
        (
            Kind.BROAD,
            r"^(?:and |but |so )?(?:why|how come|pourquoi|comment|describe|explain|summari[sz]e|"
            r"tell (?:me|us)|give me|talk about|what about|how about|"
            r"how (?:do|does|did|is|are|was|were|can|could|has|have|will|should|would|might))\b|"
            r"\bwhat(?:'s| is| are| was| were) .*\babout\W*$|"
            r"\bwhat (?:did|do|does|has|have|had) .{2,60}\b(?:say|said|tell|told)"
            r"(?:\W*$| (?:about|of|on|to)\b)|^(?:qu['’](?:a|ont) dit|que (?:dit|disent)) |"
            r"\bwhat(?:'s| is| has| have)? (?:happen|going on|known about)|"
            r"\bwhat (?:is|are|was|were) the (?:\w+ ){0,3}(?:reasons?|causes?|consequences?|effects?|"
            r"impacts?|implications?|situation|context|background)\b",
        ),
    )
)
_YES_NO = re.compile(
    r"(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
    r"(?:n['’]t)? ",
    re.IGNORECASE,
)
_EST_CE = re.compile(r"(?:et |mais |alors )?est-ce qu", re.IGNORECASE)
_INVERTED = re.compile(r"[^\W\d_]-(?:t-)?(?:ils?|elles?|on|ce|vous)\b", re.IGNORECASE)  # "a-t-il"
_FRENCH_INTERROGATIVES = re.compile(
    r"\b(?:qui|que|quoi|quand|où|(?:les?|la)?quel(?:le)?s?|combien|comment|pourquoi|qu['’])", re.IGNORECASE
)
_POLITELY = re.compile(
    r"^(?:(?:can|could|would|will) (?:you|anyone|somebody|someone) (?:please )?|please |do you know )"
    r"(?=tell |give |explain |describe |summari[sz]e |talk |show |list |name |wh|how |if )",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:and |but |so )?(?:(?:what|how) about\b|what.*\babout\W*$|what(?:'s| is| has)? (?:happen|going on))",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"(?:summari[sz]e|sum up|summary of|résum(?:e|er|ez|é d[eu])|(?:give|write|fais|faites)\b.*\b"
    r"(?:summary|résumé))\b.*\b(?:articles?|stor(?:y|ies)|reports?|page|document|post|text|texte)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<![A-Z]\.)(?<=[.!?])\s+")  # not within "in the U.S. and Canada"
_WITH_THE_WORD = (Kind.TIME, Kind.PERSON, Kind.PLACE)  # told by the word that asks and what follows it
_INTERROGATIVES = re.compile(
    r"\b(?:who|whom|whose|when|where|which|what|how|why|qui|quand|où|quel(?:le)?s?|combien|comment)\b",
    re.IGNORECASE,
)
_DETERMINERS = ("which", "what", "how")  # ask wherever they stand; "who" and "when" also begin a clause
LEAD_IN = 1  # content words before the word that asks: "and exactly"


NOUN_WORDS = 3  # "information exchange systems"
_OF_WHICH = re.compile(
    r"\b(?:what|which|how many) (?:(?:(?:kind|type|sort|form)s? of|kinda) )?", re.IGNORECASE
)


def considered(question: str) -> str:
    """What of a question is worked on: its first LONGEST characters."""
    return _HALF_PAIRS.sub("\ufffd", question.strip()[:LONGEST]).rstrip()


def words(text: str) -> list[str]:
    """Words of a text, lower case, apostrophes straightened."""
    return [w.replace("’", "'") for w in _WORD.findall(text.lower())]


def content_words(text: str) -> list[str]:
    """Words that carry the subject; "the US" are the United States."""
    return [w for w in words(with_long_names(text)) if w not in FUNCTION_WORDS]


def with_long_names(text: str) -> str:
    """The text with "United States" for "US" and "U.S."."""
    for name, short in SHORT_NAMES.items():
        if name[0] in text:
            text = short.sub(name, text)
    return text


def is_time(text: str) -> bool:
    """Whether a day, a month, a year or a time of day is named."""
    return bool(_TIME.search(text))


def marked(question: str) -> str:
    """The question with the question mark that it lacks."""
    return f"{question}?" if question[-1:].isalnum() else question


def kind_of(question: str) -> Kind:
    """What kind of answer is asked for."""
    text = question.strip()
    last = _SENTENCE_END.split(text)[-1] or text  # context first, the question last
    last = _POLITELY.sub("", last)
    if re.search(r"\bstand for\b", last, re.IGNORECASE):
        return Kind.THING
    if _is_yes_no(last):
        return Kind.YES_NO  # also "was it guarded when it was hit?"
    if is_summary(last):
        return Kind.BROAD
    asking = _asking_word(last)
    for kind, pattern in _KINDS:
        if pattern.match(last, asking) if kind in _WITH_THE_WORD else pattern.search(last):
            return kind
    return Kind.BROAD if _is_topic(last) else Kind.THING


def _is_yes_no(text: str) -> bool:
    if is_english(text):  # not "was ist das?"
        return bool(_YES_NO.match(text))
    return bool(_EST_CE.match(text) or (_INVERTED.search(text) and not _FRENCH_INTERROGATIVES.search(text)))


def is_request(question: str) -> bool:
    """Whether it names something to be told of and asks nothing: "tell me about X", "X"."""
    last = _POLITELY.sub("", _SENTENCE_END.split(question.strip())[-1])
    asks = _INTERROGATIVES.search(last) and not _ABOUT.match(last)
    return kind_of(question) is Kind.BROAD and not asks


def is_summary(question: str) -> bool:
    """Whether an article is to be summarized."""
    return bool(_SUMMARY.search(question))


def _asking_word(text: str) -> int:
    """Where the word stands that asks: in "which minister resigned when his party lost?" at "which"."""
    found = list(_INTERROGATIVES.finditer(text))
    if not found:
        return 0
    lead_in = text[: found[0].start()]
    if "," not in lead_in and len(content_words(lead_in)) <= LEAD_IN:
        return found[0].start()
    if not text[found[-1].end() :].strip(" ?!."):
        return found[-1].start()
    return next((one for one in reversed(found) if one[0].lower() in _DETERMINERS), found[-1]).start()


def _is_topic(text: str) -> bool:
    """Whether nothing is asked but something is named: "convoy attack", "and in Bamako?"."""
    said = words(text)
    asks = QUESTION_WORDS | AUXILIARIES | PASTS | {"name", "list", "show"}
    wanted = re.search(r"\d|\b[a-z]+ of\b", text)  # "population of Gao"
    named = 0 < len(content_words(text)) <= TOPIC_WORDS and not wanted
    return named and asks.isdisjoint(said) and is_english(text)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for: the kind of answer, and what it is called."""

    kind: Kind
    nouns: frozenset[str] = frozenset()  # the stems of "military installations" in "what kind of ... do they"


def asked(question: str) -> Asked:
    """What the question asks for, told from its words."""
    found = _OF_WHICH.search(question)
    said = words(question[found.end() :])[:NOUN_WORDS] if found else []
    nouns = takewhile(lambda word: word not in FUNCTION_WORDS, said)
    return Asked(kind_of(question), frozenset(map(stem, nouns)))


@lru_cache(maxsize=2**16)
def stem(word: str) -> str:
    """A word without its commonest English endings, so that "attacked" meets "attack"."""
    word = word.removesuffix("'s")
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


@lru_cache(maxsize=512)  # the readings of a passage share its text
def stems(text: str) -> frozenset[str]:
    """The stems of the words that carry the subject."""
    return frozenset(stem(word) for word in content_words(text))
