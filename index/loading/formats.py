"""Bytes of a known format become a document: text, Markdown, HTML, PDF, DOCX."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import docx
from docx.document import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from index.errors import LoadError
from index.loading.document import LoadedDocument, table_lines
from index.loading.encodings import decode
from index.loading.html.reading import read_html
from index.loading.markdown import read_markdown
from index.loading.pdf.reader import read_pdf

MAX_UNPACKED_BYTES = 200_000_000  # a DOCX holds some 20 MB of XML a thousand pages; bombs hold gigabytes
LISTABLE_STYLE = re.compile(r"List|Bullet", re.IGNORECASE)

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset=[\"']?\s*([\w-]+)|^\s*<\?xml[^>]{0,100}?encoding=[\"']([\w-]+)", re.IGNORECASE
)


def _read_page(content: bytes, charset: str | None, url: str | None) -> LoadedDocument:
    """An HTML page; its own <meta charset> or XML declaration counts where no `charset` came with it."""
    if charset is None and (found := _CHARSET.search(content[:4096])):
        charset = (found[1] or found[2]).decode("ascii")
    return read_html(decode(content, charset), url)


def _read_docx(content: bytes) -> LoadedDocument:
    """The paragraphs, lists and tables of a Word document in order."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise LoadError(
            "the document is password-protected or an old .doc: save it as an open .docx and add that"
        )
    try:
        unpacked = sum(member.file_size for member in ZipFile(BytesIO(content)).infolist())
    except BadZipFile as error:
        raise LoadError("the DOCX is broken (not a ZIP archive): save it again from its editor") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise LoadError(
            "the DOCX would unpack to {size} MB, more than {limit} MB: split it",
            size=unpacked // 1_000_000,
            limit=MAX_UNPACKED_BYTES // 1_000_000,
        )
    document = docx.Document(BytesIO(content))
    stated = document.core_properties
    return LoadedDocument(
        text="\n".join(_docx_lines(document)),
        title=stated.title or _docx_heading(document),
        author=stated.author or None,
    )


def _docx_heading(document: Document) -> str | None:
    for paragraph in document.paragraphs:
        if _style(paragraph).startswith(("Title", "Heading")) and paragraph.text.strip():
            return str(paragraph.text)
    return None


def _docx_lines(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            # A cell that spans columns comes once for each: rows stay aligned with their header.
            cells = [row.cells for row in block.rows]
            rows = [[cell.text for cell in (row[:1] if len(set(row)) == 1 else row)] for row in cells]
            yield from table_lines(rows, headed=len(rows) > 1)
        else:
            numbered = block._p.pPr is not None and block._p.pPr.numPr is not None
            bullet = "- " if numbered or LISTABLE_STYLE.search(_style(block)) else ""
            for line in _docx_text(block).split("\n"):
                if line.strip():
                    yield bullet + line.strip()
                    bullet = ""


def _docx_text(paragraph: Paragraph) -> str:
    """The words that show: tracked insertions are in, deletions are out."""
    shown = {"t": None, "tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    words = paragraph._p.xpath(
        ".//w:r/w:t | .//w:r/w:tab | .//w:r/w:br | .//w:r/w:cr | .//w:r/w:noBreakHyphen"
    )
    parts = ((word.text or "", shown[word.tag.rpartition("}")[2]]) for word in words)
    return "".join(text if sign is None else sign for text, sign in parts)


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return str(style.name or "") if style is not None else ""


SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
"""The format that each ending of a file name stands for."""


def read(
    content: bytes,
    form: str,
    *,
    charset: str | None = None,
    url: str | None = None,
    ocr_languages: str = "",
) -> LoadedDocument:
    """The article in `content`; `form` is one of SUFFIXES' values, `url` where it was loaded from.

    `charset` is the encoding that came with the content, if any; pictures of pages are read in
    `ocr_languages`. Raises LoadError, whatever the bytes.
    """
    try:
        match form:
            case "html":
                return _read_page(content, charset, url)
            case "markdown":
                return read_markdown(decode(content, charset))
            case "pdf":
                return read_pdf(content, ocr_languages)
            case "docx":
                return _read_docx(content)
            case _:
                return LoadedDocument(text=decode(content, charset))
    except LoadError:
        raise
    # Broken PDF and DOCX make their parsers raise nearly anything: KeyError, RecursionError, lxml's own.
    except Exception as error:
        raise LoadError(
            "not readable as {form}, it may be damaged ({error})", form=form, error=_shown(error)
        ) from error


def _shown(error: Exception) -> str:
    words = " ".join(str(error).split())[:120]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
