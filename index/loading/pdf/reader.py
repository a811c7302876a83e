"""A PDF as running text: pages are read with PDFium, lines made from where the characters stand.

Of the readers that were tried, PDFium is ten times as fast as pypdf and twenty as pdfminer.six, and the only
one that always spells out ligatures. Its own blanks are not used: it sees none narrower than a fifth of the
type size, and one between all letters of a spaced-out heading.
"""

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator
from statistics import median
from threading import Lock

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import LoadError
from index.loading.document import LoadedDocument, without_marks
from index.loading.pdf import ocr
from index.loading.pdf.lines import Line, Page
from index.loading.pdf.paragraphs import running_text
from index.loading.titles import usable_title
from index.types import MarkKind

EM_PER_HEIGHT = 0.85  # a character's box goes from the deepest to the highest point of its font
BLANK_EM = 0.1  # between letters, beyond what the line has between all of them; real blanks have 0.2 to 0.35
CELL_EM = 1.8  # a wider gap parts columns or cells; justified lines stretch a blank to some 1.2
WORD_CHARS = 3  # fewer in another size are a footnote's mark
MONO_KINDS = 8  # so many different characters of one width are no accident

USUAL_GAPS = 4  # fewer do not show whether a line is spaced out
_LINE_ENDS = (10, 13)
_HYPHENS = (2, 0xFFFE, 0x2010, 0x00AD)  # PDFium's signs for one at the end of a line, and Unicode's
_TURNS: dict[int, Callable[[float, float, float, float], tuple[float, float, float, float]]] = {
    90: lambda left, bottom, right, top: (bottom, -right, top, -left),
    180: lambda left, bottom, right, top: (-right, -top, -left, -bottom),
    270: lambda left, bottom, right, top: (-top, left, -bottom, right),
}

_one_at_a_time = Lock()  # PDFium keeps its state in globals


def read_pdf(content: bytes, ocr_languages: str = "") -> LoadedDocument:
    """The text of a PDF with its pages marked; its creation date is no publication date.

    Pages that are only pictures are read by OCR in `ocr_languages` ("eng+fra"), else named in `warnings`.
    """
    if b"%PDF-" not in content[:1024]:
        raise LoadError("not a PDF: it does not begin as one; check that it was saved or downloaded whole")
    with _one_at_a_time:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
                raise LoadError(
                    "the PDF is password-protected: save a copy without the password and add that"
                ) from error
            if getattr(error, "err_code", None) == pdfium.FPDF_ERR_SECURITY:
                raise LoadError(
                    "the PDF is encrypted: save a copy without encryption and add that"
                ) from error
            raise
        try:
            return _read(document, ocr_languages)
        finally:
            document.close()


def _read(document: pypdfium2.PdfDocument, ocr_languages: str) -> LoadedDocument:
    pages: list[Page] = []
    recognised: list[int] = []
    silent: list[int] = []
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        lines = list(_lines(page, number))
        if not lines and _has_picture(page):
            if ocr_languages:
                lines = [Line(number, text) for text in ocr.recognised_lines(page, ocr_languages)]
            (recognised if lines else silent).append(number)
        pages.append(Page(number, tuple(lines)))
        page.close()
    if not any(page.lines for page in pages):
        raise ocr.no_text_error()
    warnings = []
    if silent:
        warnings.append(f"{_list_pages(silent, len(pages))} no text, only pictures: {ocr.advice()}")
    if recognised:
        warnings.append(f"{_list_pages(recognised, len(pages))} text from OCR, which may hold errors")
    stated = document.get_metadata_dict()
    text = running_text(pages)
    return LoadedDocument(
        text=text,
        title=usable_title(stated.get("Title")) or _largest_heading(text),
        author=stated.get("Author") or None,
        warnings=tuple(warnings),
    )


def _largest_heading(marked: str) -> str | None:
    """What stands in the largest type, if it does so on the first page: most PDFs state no title."""
    text, outline = without_marks(marked)
    pages = (mark.start for mark in outline if mark.kind is MarkKind.PAGE and mark.number > 1)
    end = next(pages, len(text))
    headings = (mark.start for mark in outline if mark.kind is MarkKind.HEADING and mark.number == 1)
    start = next(headings, end)
    return text[start:].partition("\n")[0] if start < end else None


def _list_pages(numbers: list[int], of: int) -> str:
    """`page 2 of 3 has`, `pages 2, 5-7 of 9 have`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    shown = ", ".join("-".join(map(str, run)) for run in runs)
    return f"page {shown} of {of} has" if len(numbers) == 1 else f"pages {shown} of {of} have"


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    """Whether anything is drawn on a page without text: an empty one is not worth a word."""
    return next(page.get_objects(max_depth=1), None) is not None


_Char = tuple[str, float, float, float, float, bool]
"""A character, its left, bottom, right and top, and whether PDFium sees a blank before it."""


def _lines(page: pypdfium2.PdfPage, number: int) -> Iterator[Line]:
    """Stretches of text without a wide gap, in the order in which the page draws them.

    One loop over all characters, as they are most of the time that a PDF takes.
    """
    textpage = page.get_textpage()
    raw, turned = textpage.raw, _TURNS.get(page.get_rotation())
    unicode_of, box_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    chars: list[_Char] = []
    blank = False
    last_left = last_bottom = last_right = last_top = 0.0
    for i in range(pdfium.FPDFText_CountChars(raw)):
        code = unicode_of(raw, i)
        if code in _LINE_ENDS:
            continue
        box_of(raw, i, reference)
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if turned is not None:
            left, bottom, right, top = turned(left, bottom, right, top)
        if code == 32 and right <= left:  # one that PDFium put in
            blank = True
            continue
        if code in _HYPHENS:
            code = 45
        elif code < 32 or 0xD800 <= code < 0xE000 or 0xFDD0 <= code < 0xFDF0:
            continue
        if chars:
            height, last_height = top - bottom, last_top - last_bottom
            shared = (top if top < last_top else last_top) - (bottom if bottom > last_bottom else last_bottom)
            smaller, taller = (height, last_height) if height < last_height else (last_height, height)
            beside = last_left - 0.5 * taller <= left <= last_right + CELL_EM * EM_PER_HEIGHT * taller
            if not beside or shared < 0.5 * smaller:
                if line := _line(chars, number):
                    yield line
                chars = []
        chars.append((chr(code), left, bottom, right, top, blank))
        last_left, last_bottom, last_right, last_top = left, bottom, right, top
        blank = False
    textpage.close()
    if line := _line(chars, number):
        yield line


def _line(chars: list[_Char], number: int) -> Line | None:
    while chars and chars[-1][0].isspace():
        chars.pop()
    while chars and chars[0][0].isspace():
        del chars[0]
    if not chars:
        return None
    letters, lefts, bottoms, rights, tops, blanks = zip(*chars, strict=True)
    bottom, top = median(bottoms), median(tops)
    size = EM_PER_HEIGHT * (top - bottom)
    heights = (round(EM_PER_HEIGHT * (high - low), 1) for low, high in zip(bottoms, tops, strict=True))
    gaps = [left - right for left, right in zip(lefts[1:], rights, strict=False)]
    usual = max(0.0, median(gaps)) if len(gaps) >= USUAL_GAPS else 0.0
    least = usual + BLANK_EM * size
    far = [gap > least for gap in gaps]
    if sum(far) > 0.4 * len(chars):  # the widths are not those of the font
        far = list(blanks[1:])
    apart = zip(letters, (False, *far), strict=True)
    text = "".join(f" {letter}" if gap else letter for letter, gap in apart)
    return Line(
        page=number,
        text=" ".join(text.split()),
        left=min(lefts),
        right=max(rights),
        bottom=bottom,
        top=top,
        size=size,
        sizes=frozenset(height for height, count in Counter(heights).items() if count >= WORD_CHARS),
        mono=_is_mono(chars),
    )


def _is_mono(chars: list[_Char]) -> bool:
    if len(chars) < MONO_KINDS:
        return False
    width = chars[0][3] - chars[0][1]
    for letter, left, _, right, _, _ in chars:
        if abs(right - left - width) > 0.1 and letter != " ":
            return False
    return len({letter for letter, *_ in chars}) >= MONO_KINDS
