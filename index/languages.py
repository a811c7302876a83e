"""What is known of languages: which one a text is in, its stems, and its function words.

Stemmers and lists of function words are Tantivy's; py3langid tells the language of a text.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENGLISH = "en"
OTHER = "other"  # no stemmer: words as they stand
_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
STEMMED = frozenset(_STEMMERS)
_LISTED = ("da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "no", "pt", "ru", "sv")  # function words
_NORWEGIAN = ("nb", "nn")
_TOLD_BY = 2  # function words
# Of articles and paragraphs of 500 characters in English or French each is told right, of the first 60
# characters 98 %, at less than 0.5 the others.
_SURE = 0.5
# Of 1,000 French questions 8 are taken for English, at 0.5 44; of 1,760 English ones 4 are not.
_SURE_OF_QUESTION = 0.2
_LEAST_CHARS = 40
_READ_CHARS = 2_000
_WORD = re.compile(r"\w+")
_READ_OF_EACH = 300

# Words of questions and the commonest of English: with them, any passage resembles any question.
ENGLISH_FUNCTION_WORDS = frozenset(
    """a about after all also an and any are as at be been before being but by can could did do does doing
    for from had has have he her him his how i if in into is it its me more most my no nor not of on or our
    out over s said say says she should so some such t than that the their them then there these they this
    those to under up was we were what when where which while who whom whose why will with would you your
    many much tell please give""".split()
)


def language_of(texts: Sequence[str]) -> str:
    """The code of the language that these parts of one article are in: ISO 639-1, or OTHER.

    ENGLISH where nobody can tell: a few words, a table, code.
    """
    parts = [text[:_READ_OF_EACH] for text in texts[:: 1 + len(texts) * _READ_OF_EACH // _READ_CHARS]]
    text = "\n".join(parts)
    if len(text) < _LEAST_CHARS:
        return ENGLISH
    code, sure = _identifier().classify(text)
    if sure < _SURE:
        return ENGLISH
    code = "no" if code in _NORWEGIAN else code
    return code if code in _STEMMERS else OTHER


@lru_cache(maxsize=512)  # a question and the passages read for it
def is_english(text: str) -> bool:
    """Whether a question or passage is in English, or nobody can tell.

    py3langid is only asked, and loaded, where function words do not tell.
    """
    words = _WORD.findall(text[:_READ_CHARS].lower())
    known = {name: len(_function_words(words, name)) for name in _LISTED}
    english = known.pop(ENGLISH)
    most = max(known.values())
    if max(english, most) >= _TOLD_BY and english != most:
        return english > most
    code, sure = _identifier().classify(text)
    return bool(code == ENGLISH or sure < _SURE_OF_QUESTION)


def stems(text: str, language: str) -> list[str]:
    """The words of the text as this language's stemmer cuts them, accents folded."""
    found: list[str] = _stemmer(_STEMMERS.get(language, "")).analyze(text)
    return found


def content_words(words: Sequence[str]) -> list[str]:
    """A question's words, in lower case, without the function words of its language; all where none is left.

    Its language is the one that knows most of them, English among equals.
    """
    known = [_function_words(words, name) for name in sorted(_LISTED, key=lambda name: name != ENGLISH)]
    common = max(known, key=len)
    return [word for word in words if word not in common] or list(words)


def asked_in(words: Sequence[str], languages: Sequence[str]) -> list[str]:
    """Those of the languages that a question of these words, in lower case, may be in.

    The ones that know most of its function words; all of them when that is but one word.
    """
    known = {name: len(_function_words(words, name)) for name in languages}
    most = max(known.values())
    return [name for name in languages if known[name] == most or most < _TOLD_BY]


def _function_words(words: Sequence[str], language: str) -> frozenset[str]:
    if language == ENGLISH:
        return ENGLISH_FUNCTION_WORDS.intersection(words)
    if language not in _LISTED:
        return frozenset()
    return frozenset(words).difference(_without_function_words(language).analyze(" ".join(words)))


@lru_cache
def _without_function_words(language: str) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.whitespace())
    return builder.filter(Filter.stopword(_STEMMERS[language])).build()


@lru_cache
def _stemmer(name: str) -> TextAnalyzer:
    builder = (
        TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(80)).filter(Filter.lowercase())
    )
    if name:  # before accents are folded, which are part of endings
        builder = builder.filter(Filter.stemmer(name))
    return builder.filter(Filter.ascii_fold()).build()


@lru_cache
def _identifier() -> "LanguageIdentifier":
    """Takes 0.7 s and 55 MB, which reading and searching do without."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
