"""The text that bytes spell, whatever encoding they are in."""

import codecs
import contextlib
import re

import charset_normalizer

from index.errors import LoadError

UTF16_BYTES = 8  # of a text without a mark, before its zeros prove something
CHARS_PER_BROKEN = 500  # a page with fewer torn bytes is worth reading; they show as U+FFFD
MIN_COHERENCE = 0.3  # charset_normalizer: right guesses on two sentences have 0.5 and more, random bytes 0
COHERENCE_MARGIN = 0.08  # a wrong code page led by 0.06 on one French sentence, the right one by 0.1 on three

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What French, Spanish, German and Swedish need. Czech, Polish, Hungarian or Turkish bytes read as cp1252
# also give some of "ìòøýõãæðþ³¹", so those letters are no proof.
_WESTERN = re.compile(
    "(?:[\x00-\x7f\xa0àâäåáçéèêëíîïñóôöúùûüßœÀÂÄÅÁÇÉÈÊËÍÎÏÑÓÔÖÚÙÛÜŒ“”‘’„–—…«»°€£©·]|(?<![^\\W\\d_])[¿¡])*"
)
# Words that Western letters make where they are wrong: other alphabets write whole words outside ASCII; what
# cp1250 spells č, ů, ś, ń and ę stands where è, ù, œ, ñ and ê never do.
_OTHER_SPELLING = re.compile(
    r"[À-ÿŒœ]{3}|\b[èÈ]\w|\wù\w|[œŒ](?![uiedUIED])|ñ(?![aeiouyáéíóú])|iê\b", re.IGNORECASE
)
_CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257")
_SYMBOL_IN_WORD = re.compile(
    r"[^\W\d_][\x80-\x9f¡-©«-¬®-´¶¸¹»-¿×÷‚„†‡ˆ‰‹›•˜][^\W\d_]"
)  # "o¶wiadczy³": a wrong guess


def decode(content: bytes, declared: str | None = None) -> str:
    """The text these bytes spell: as a byte order mark says, UTF-8, as `declared`, else a safe guess.

    Raises LoadError for binary content and for encodings that cannot be told with confidence.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decode_as(content, encoding)
    if order := _utf16_without_mark(content):
        return _decode_as(content, order)
    if b"\0" in content:
        raise LoadError(
            "expected text, got binary content (zero bytes): add the text, HTML, PDF or DOCX of it"
        )
    try:
        return content.decode()
    except UnicodeDecodeError:
        pass
    if declared:
        with contextlib.suppress(LoadError):  # servers often claim UTF-8 for everything
            return _decode_as(content, declared)
    damaged = content.decode(errors="replace")
    broken = damaged.count("\ufffd")
    if broken * 10 <= len(re.findall(r"[^\x00-\x7f\ufffd]", damaged)):  # UTF-8 but for a torn byte or two
        return damaged
    try:
        return _guess(content)
    except LoadError:
        if broken * CHARS_PER_BROKEN <= len(damaged):
            return damaged
        raise


def _utf16_without_mark(content: bytes) -> str | None:
    """The byte order of UTF-16 whose mark is missing: half of all bytes of a Western text are then zero."""
    sample = content[:10_000]
    if len(content) % 2 or len(sample) < UTF16_BYTES:
        return None
    for encoding, zeros, letters in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        if zeros.count(0) > 0.7 * len(zeros) and not letters.count(0):
            return encoding
    return None


def _guess(content: bytes) -> str:
    """The text in Western letters if it can be that, else in the one code page that fits clearly best.

    Two that fit alike would make wrong quotes: then LoadError.
    """
    fits = sorted(
        charset_normalizer.from_bytes(content[:200_000], cp_isolation=list(_CODE_PAGES)),
        key=lambda fit: -fit.coherence,
    )
    western = content.decode("cp1252", errors="replace")
    if _WESTERN.fullmatch(western) and not _OTHER_SPELLING.search(western):
        return western
    near = [fit for fit in fits if fit.coherence >= fits[0].coherence - COHERENCE_MARGIN]
    if near and near[0].coherence >= MIN_COHERENCE and len({str(fit) for fit in near}) == 1:
        text = _decode_as(content, near[0].encoding)
        if not _SYMBOL_IN_WORD.search(text):
            return text
    raise LoadError("expected text, got bytes in no encoding that can be told: save the file as UTF-8")


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise LoadError(
            "the text is not valid {encoding}, as it claims to be: save it as UTF-8", encoding=encoding
        ) from error
    if "\0" in text:
        raise LoadError(
            "expected text, got binary content (zero bytes): add the text, HTML, PDF or DOCX of it"
        )
    return text
