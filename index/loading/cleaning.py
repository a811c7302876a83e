"""Clean text: the characters every offset in the project counts.

Words are never mended: typos, missing spaces and quotation marks stay, because quotes are verbatim.
"""

import re
import unicodedata

_NEWLINES = re.compile(r"\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")

# U+200C and U+200D are zero-width too, but they spell words in Persian and Hindi and join emoji.
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u200b\u2060-\u2064\ufeff"  # soft hyphen, zero-width space and joiners, byte order mark
    "\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c"  # direction marks
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"  # halves of surrogate pairs, annotations, non-characters
    "]"
)


_LIGATURE = re.compile("[\ufb00-\ufb06]")  # of PDF files: ﬁ, ﬂ, ﬃ are letters beside each other


def clean_text(raw: str) -> str:
    """`raw` in Unicode NFC with plain newlines, nothing invisible, at most one empty line in a row.

    Idempotent. Words and the spaces between them stay as they are; a tab becomes a space.
    """
    text = _INVISIBLE.sub("", _NEWLINES.sub("\n", raw)).replace("\t", " ")
    text = _LIGATURE.sub(lambda letters: unicodedata.normalize("NFKC", letters[0]), text)
    text = unicodedata.normalize("NFC", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
