"""The page of a stored article once more, as it is now."""

from pathlib import Path

from index.errors import LoadError
from index.loading import web
from index.loading.formats import SUFFIXES, page_text
from index.types import Source


def page_of(source: Source, *, allow_private: bool = False) -> str:
    """The HTML of the file or web page that the article was read from.

    Raises LoadError when there is none: another kind of file, one that is gone, a line of a collection.
    """
    if source.path is not None:
        path = Path(source.path)
        if SUFFIXES.get(path.suffix.lower()) != "html":
            raise LoadError("expected an article from an HTML page, got one from {path}", path=source.path)
        try:
            return page_text(path.read_bytes(), None)
        except OSError as error:
            why = error.strerror or str(error)
            raise LoadError("{path} cannot be read again ({why})", path=source.path, why=why) from error
    if source.url is None:
        raise LoadError("expected an article from an HTML page, got one without file or address")
    page = web.fetch(source.url, allow_private=allow_private)
    if page.form != "html":
        raise LoadError("expected an HTML page, got {form}", form=page.form)
    return page_text(page.content, page.charset)
