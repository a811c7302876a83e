"""E-books: the chapters of an EPUB in reading order."""

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from lxml.etree import _Element

from index.errors import LoadError
from index.loading.dates import read_date
from index.loading.document import LoadedDocument
from index.loading.documents.archive import Archive, attribute, elements, text_of
from index.loading.encodings import decode
from index.loading.html.lines import lines_of
from index.loading.html.page import parse_html

_FURNITURE = frozenset("nav toc cover cover-image landmarks page-list index".split())


def read_epub(content: bytes) -> LoadedDocument:
    """The text of an EPUB; its cover and tables of contents are left out. Raises LoadError."""
    archive = Archive(content, "EPUB")
    root = next(elements(archive.xml("META-INF/container.xml"), "rootfile"), None)
    path = attribute(root, "full-path") if root is not None else None
    if path is None:
        raise LoadError("the EPUB names no package: save it again from its editor")
    if "META-INF/encryption.xml" in archive.names() and "META-INF/rights.xml" in archive.names():
        raise LoadError("the EPUB is copy-protected (DRM): add one without")
    package = archive.xml(path)
    lines = [line for name in _chapters(package, path) for line in _lines(archive, name)]
    stated = next(elements(package, "metadata"), None)
    return LoadedDocument(
        text="\n".join(lines),
        title=text_of(stated, "title"),
        author=text_of(stated, "creator"),
        publisher=text_of(stated, "publisher"),
        dated=read_date(text_of(stated, "date")),
    )


def _chapters(package: _Element, path: str) -> Iterator[str]:
    items = {attribute(item, "id"): item for item in elements(package, "item")}
    left_out = {
        (attribute(one, "href") or "").partition("#")[0]
        for one in elements(package, "reference")
        if attribute(one, "type") in _FURNITURE
    }
    for reference in elements(package, "itemref"):
        item = items.get(attribute(reference, "idref"))
        if item is None or attribute(reference, "linear") == "no":
            continue
        href = (attribute(item, "href") or "").partition("#")[0]
        properties = set((attribute(item, "properties") or "").split())
        is_page = "html" in (attribute(item, "media-type") or "html")
        if is_page and href not in left_out and not properties & _FURNITURE:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(href)))


def _lines(archive: Archive, name: str) -> list[str]:
    if name not in archive.names():
        return []
    page = re.sub(r"<\?xml[^>]*\?>", "", decode(archive.content(name)), count=1)
    tree = parse_html(page)
    body = None if tree is None else tree.find("body")
    if body is None or _FURNITURE & {attribute(one, "type") for one in (body, *body)}:
        return []
    return [line.text for line in lines_of(body)]
