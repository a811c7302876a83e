"""Bytes of a known format become a document: which reader reads what."""

import re

from index.errors import LoadError
from index.loading.document import LoadedDocument
from index.loading.documents.docx import read_docx
from index.loading.documents.epub import read_epub
from index.loading.documents.mail import read_mail
from index.loading.documents.odt import read_odt
from index.loading.documents.rtf import read_rtf
from index.loading.documents.sheets import read_csv, read_xlsx, with_tables
from index.loading.documents.subtitles import read_subtitles
from index.loading.encodings import decode
from index.loading.html.page import read_html
from index.loading.markdown import read_markdown
from index.loading.pdf.reader import read_pdf

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset=[\"']?\s*([\w-]+)|^\s*<\?xml[^>]{0,100}?encoding=[\"']([\w-]+)", re.IGNORECASE
)


def page_text(content: bytes, charset: str | None) -> str:
    """The source of an HTML page; its own <meta charset> or XML declaration counts without a `charset`."""
    if charset is None and (found := _CHARSET.search(content[:4096])):
        charset = (found[1] or found[2]).decode("ascii")
    return decode(content, charset)


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
    ".odt": "odt",
    ".rtf": "rtf",
    ".epub": "epub",
    ".eml": "mail",
    ".srt": "subtitles",
    ".vtt": "subtitles",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".rst": "text",
    ".org": "text",
}
"""The format that each ending of a file name stands for."""

KIND_WORDS = (
    "text, Markdown, HTML, PDF, DOCX, ODT, RTF, EPUB, e-mail (.eml), subtitles (.srt, .vtt), "
    ".csv, .tsv, .xlsx, .jsonl or .jsonl.gz"
)


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
                return read_html(page_text(content, charset), url)
            case "markdown":
                return read_markdown(decode(content, charset))
            case "pdf":
                return read_pdf(content, ocr_languages)
            case "docx":
                return read_docx(content)
            case "odt":
                return read_odt(content)
            case "rtf":
                return read_rtf(content)
            case "epub":
                return read_epub(content)
            case "mail":
                return read_mail(content)
            case "subtitles":
                return read_subtitles(decode(content, charset))
            case "csv":
                return read_csv(decode(content, charset))
            case "xlsx":
                return read_xlsx(content)
            case _:
                return LoadedDocument(text=with_tables(decode(content, charset)))
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
