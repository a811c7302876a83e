"""The text that bytes spell, whatever encoding they are in."""

import codecs
import contextlib
import re

import chardet

from index.errors import LoadError

UTF16_BYTES = 8  # of a text without a mark, before its zeros prove something
CHARS_PER_BROKEN = 500  # a page with fewer torn bytes is worth reading; they show as U+FFFD
MARGIN = 1.1  # times as likely as the next: of 1,140 sentences in 13 languages 5 are read wrongly, 55 refused
SAMPLE_BYTES = 200_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = frozenset(f"windows-{number}" for number in range(1250, 1258))
# They only show that it may be another; so do the multi-byte ones, which have no rivals among code pages
_RIVALS = (
    "iso-8859-2",
    "iso-8859-5",
    "macroman",
    "cp437",
    "cp850",
    "koi8-r",
    "gb18030",
    "big5-hkscs",
    "cp932",
    "euc-jp",
    "cp949",
)
_IMPLAUSIBLE = re.compile(  # "o¶wiadczy³", "velocitа" with a Cyrillic letter, control characters
    r"[^\W\d_][\x80-\x9f¡-©«-¬®-´¶¸¹»-¿×÷‚„†‡ˆ‰‹›•˜][^\W\d_]"
    "|[A-Za-z\xc0-\u024f][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z\xc0-\u024f]|[\x00-\x08\x0e-\x1f\x7f-\x9f]"
)


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
    """The text in the Windows code page that is clearly the likeliest: a wrong one makes wrong quotes."""
    told = chardet.detect_all(
        content[:SAMPLE_BYTES], ignore_threshold=True, include_encodings=[*_CODE_PAGES, *_RIVALS]
    )
    likely: list[tuple[float, str]] = []
    for guess in told:
        encoding = (guess["encoding"] or "").lower()
        with contextlib.suppress(LoadError):
            text = _decode_as(content, encoding)
            if not _IMPLAUSIBLE.search(text):
                if encoding not in _CODE_PAGES and not likely:
                    break
                if encoding in _CODE_PAGES:
                    likely.append((guess["confidence"], text))
    others = [confidence for confidence, text in likely if text != likely[0][1]]
    if likely and (not others or likely[0][0] >= MARGIN * others[0]):
        return likely[0][1]
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
