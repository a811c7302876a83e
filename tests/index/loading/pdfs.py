"""Small PDFs, written by hand so that every character stands where a test wants it."""

from collections.abc import Sequence
from dataclasses import dataclass

PAGE = (612, 792)


@dataclass(frozen=True)
class Shown:
    """Text in Helvetica, or Courier, that begins at x from the left and y from below, in points."""

    x: float
    y: float
    text: str
    size: float = 12
    mono: bool = False


def block(lines: Sequence[str], x: float = 50, y: float = 700, size: float = 12) -> list[Shown]:
    """Lines under one another."""
    return [Shown(x, y - i * 1.2 * size, line, size) for i, line in enumerate(lines)]


def pdf(*pages: Sequence[Shown], title: str = "", author: str = "", picture: bool = False) -> bytes:
    """A PDF; each page draws its pieces in their order, and a line across the page when `picture`."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding"
        b"/Differences[1/fi/fl]>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
        f"<</Title({title})/Author({author})/CreationDate(D:20240305100000)>>".encode(),
    ]
    kids = []
    for page in pages:
        shown = "".join(
            f"BT /F{1 + one.mono} {one.size} Tf 1 0 0 1 {one.x} {one.y} Tm ({_escaped(one.text)}) Tj ET\n"
            for one in page
        )
        if picture:
            shown += "50 300 m 500 300 l S\n"
        body = shown.encode("cp1252")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(body), body))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>"
            b"/Contents %d 0 R>>" % (*PAGE, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    return _file(objects, b"/Info 5 0 R")


def drawing_itself() -> bytes:
    """A PDF whose page draws a form that draws itself twice."""
    form = b"<</XObject<</X 4 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources%s/Contents 5 0 R>>" % form,
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources%s/Length 12>>stream\n/X Do /X Do \nendstream"
        % form,
        b"<</Length 5>>stream\n/X Do\nendstream",
    ]
    return _file(objects)


def _file(objects: Sequence[bytes], more: bytes = b"") -> bytes:
    written, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, start = len(objects) + 1, len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return written + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, more, start)


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "()\\" else sign for sign in text)
