"""The door: files, folders, web addresses and collections become articles, or say why they cannot."""

import html
import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import httpx

from index.errors import LoadError
from index.loading import telegram_export, web
from index.loading.boilerplate import stated_author, stated_publisher, without_boilerplate
from index.loading.cleaning import clean_text
from index.loading.collection import EXAMPLE, collection_lines, read_line
from index.loading.document import LoadedDocument, without_marks
from index.loading.folders import Folder
from index.loading.formats import KIND_WORDS, SUFFIXES, read
from index.loading.html.page import read_html
from index.loading.listings import MAX_NESTED, Entry, is_listing, read_listing
from index.loading.titles import title_of, usable_author, usable_title
from index.loading.version import READER_VERSION
from index.types import PUBLIC, Article, Loaded, LoadFailure, LoadNote, Source

MAX_FILE_BYTES = 50_000_000  # a year of a daily paper is some 20 MB of text; more is no article
COLLECTION_SUFFIXES = (".jsonl", ".jsonl.gz")
TELEGRAM_EXPORT = "result.json"
CONVERTIBLE = (".doc", ".docm", ".pages", ".mobi", ".azw3", ".msg", ".xls", ".ods", ".ppt", ".pptx", ".odp")
"""Documents that a person who adds a folder expects to be in: reported, where pictures are passed over."""

_WEB = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_cid|mc_eid|igshid")


@dataclass(frozen=True, slots=True)
class _Job:
    """What holds for every file of an origin; `begun` is told each name and says whether to read it."""

    collection: str
    allow_private: bool
    ocr_languages: str
    begun: Callable[[str], bool]


def load(
    origin: str,
    *,
    collection: str = PUBLIC,
    allow_private: bool = False,
    ocr_languages: str = "",
    begun: Callable[[str], bool] = lambda name: True,
) -> Iterator[Loaded]:
    """Articles from `origin`, one at a time as they are asked for: file, folder, URL or collection file.

    A URL may be that of a feed, sitemap or OPML list: then those of all pages that it lists.
    A folder is read recursively, in the order of names, without hidden files and without kinds that
    are no documents; a LoadNote counts those. Nothing raises for what an origin holds: it comes back as
    a LoadFailure. `allow_private` lets URLs lead to addresses inside one's own network, `ocr_languages` has
    pictures of pages read. `begun` hears the name of each file, URL and line (`<collection>:<line>`) before
    it is read, and may say that it is not to be. Blocks while a URL loads.
    """
    job = _Job(collection, allow_private, ocr_languages, begun)
    if re.match(r"\s*https?://", origin, re.IGNORECASE):
        yield from _load_url(origin, job)
    elif re.match(r"[a-z][a-z0-9+.-]*://", origin, re.IGNORECASE):
        yield LoadFailure(origin, "expected an http or https address, a file or a folder")
    else:
        yield from _load_path(origin, job)


def _load_path(origin: str, job: _Job) -> Iterator[Loaded]:
    path = Path(origin).expanduser()
    try:
        if path.is_dir():
            yield from _load_folder(path, job)
        elif not path.exists():
            yield LoadFailure(
                origin, "no such file or folder: check the path, or begin a web address with https://"
            )
        elif not path.is_file():
            yield LoadFailure(origin, "expected a file or folder, got a device or pipe")
        else:
            yield from _load_any_file(path, job)
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        yield LoadFailure(origin, f"cannot be read ({error}): check the path and its permissions")


def _load_any_file(path: Path, job: _Job) -> Iterator[Loaded]:
    if path.name.lower().endswith(COLLECTION_SUFFIXES):
        yield from _load_collection(path, job)
    elif path.suffix.lower() == ".json":
        yield from _load_export(path, job)
    elif job.begun(str(path)):
        yield from _load_file(path, job)


def _load_folder(path: Path, job: _Job) -> Iterator[Loaded]:
    folder = Folder(path, _is_document)
    found = False
    for file in folder.files():
        found = True
        yield from _load_any_file(file, job)
    if not found:
        yield LoadFailure(str(path), f"no articles in this folder: expected {KIND_WORDS} files")
    if passed_over := folder.passed_over():
        yield LoadNote(str(path), passed_over)


def files_of(folder: Path) -> list[Path]:
    """The files of a folder that `load` reads, absolute."""
    return [Path(os.path.abspath(file)) for file in Folder(folder, _is_document).files()]


def _is_document(path: Path) -> bool:
    known = path.suffix.lower() in (*SUFFIXES, *CONVERTIBLE) or path.name.lower() == TELEGRAM_EXPORT
    return known or path.name.lower().endswith(COLLECTION_SUFFIXES)


def _load_file(path: Path, job: _Job) -> Iterator[Loaded]:
    try:
        form = SUFFIXES.get(path.suffix.lower())
        if form is None:
            advice = ": save it as PDF or DOCX" if path.suffix.lower() in CONVERTIBLE else ""
            raise LoadError(f"expected {KIND_WORDS}, got {path.suffix or 'a name without ending'}{advice}")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise LoadError(
                f"{size / 1e6:.0f} MB is more than the {MAX_FILE_BYTES // 1_000_000} MB an article may have: "
                f"split it, or make it a .jsonl collection"
            )
        document = read(path.read_bytes(), form, ocr_languages=job.ocr_languages)
        yield _article(document, path.stem, job.collection, path=_shown_path(path))
        yield from _notes(str(path), document)
    except LoadError as error:
        yield LoadFailure(str(path), error.reason)
    except OSError as error:
        yield LoadFailure(str(path), f"cannot be read ({error.strerror or error}): check its permissions")


def _load_url(origin: str, job: _Job, nested: int = 0) -> Iterator[Loaded]:
    if not job.begun(origin):
        return
    try:
        page = web.fetch(origin.strip(), allow_private=job.allow_private)
        if not is_listing(page.content):
            yield from read_page(page, origin, job.collection, job.ocr_languages)
            return
        listing = read_listing(page.content, page.url)
    except LoadError as error:
        yield LoadFailure(origin, error.reason)
        return
    for address in listing.nested if nested < MAX_NESTED else ():
        yield from _load_url(address, job, nested + 1)
    for entry in listing.entries:
        if entry.url is not None:
            yield from _load_url(entry.url, job, MAX_NESTED)
        elif job.begun(entry.key):
            yield from read_entry(entry, page.url, job.collection)


def read_page(
    page: web.Page, origin: str, collection: str, ocr_languages: str = "", listed: Entry | None = None
) -> Iterator[Article | LoadNote]:
    """The article of a page, and notes on it. `listed`: what a feed says of it, where it does not say itself.

    Raises LoadError.
    """
    if page.form == web.LISTING:
        raise LoadError("expected a page, text or document, got other XML or JSON")
    url = canonical_url(page.url)
    document = read(page.content, page.form, charset=page.charset, url=url, ocr_languages=ocr_languages)
    if listed is not None:
        dated, title = document.dated or listed.published, document.title or listed.title
        document = replace(document, dated=dated, title=title)
    yield _article(document, _id_from_url(url), collection, url=url)
    yield from _notes(origin, document)


def read_entry(entry: Entry, feed_url: str, collection: str) -> Iterator[Article | LoadNote]:
    """The article that a feed carries itself. Raises LoadError."""
    text = f"<title>{html.escape(entry.title or '')}</title><article>{entry.html or ''}</article>"
    document = read_html(f"<!DOCTYPE html><html><body>{text}</body></html>", entry.url or feed_url)
    document = replace(
        document, title=entry.title, dated=document.dated or entry.published, url=entry.url or feed_url
    )
    article_id = _id_from_url(canonical_url(entry.url) if entry.url else entry.key)
    yield _article(document, article_id, collection, url=canonical_url(entry.url or feed_url))
    yield from _notes(entry.url or entry.key, document)


def _notes(origin: str, document: LoadedDocument) -> Iterator[LoadNote]:
    return (LoadNote(origin, warning) for warning in document.warnings)


def _load_collection(path: Path, job: _Job) -> Iterator[Loaded]:
    stem = re.sub(r"\.jsonl(\.gz)?$", "", path.name, flags=re.IGNORECASE)
    found = False
    for number, line in collection_lines(path):
        found = True
        if not job.begun(f"{path}:{number}"):
            continue
        try:
            if isinstance(line, LoadError):
                raise line
            given_id, document = read_line(line)
            yield _article(document, given_id or _line_id(document, stem), job.collection)
        except LoadError as error:
            yield LoadFailure(f"{path}:{number}", error.reason)
    if not found:
        empty = LoadError("the collection is empty: expected lines like {example}", example=EXAMPLE)
        yield LoadFailure(str(path), empty.reason)


def _load_export(path: Path, job: _Job) -> Iterator[Loaded]:
    """The chats of a Telegram export, as if each of their articles were the line of a collection."""
    try:
        if (size := path.stat().st_size) > telegram_export.MAX_BYTES:
            limit = telegram_export.MAX_BYTES // 1_000_000
            raise LoadError(f"{size / 1e6:.0f} MB is more than {limit} MB: export a shorter time")
        articles = list(telegram_export.read_export(path.read_bytes()))
    except LoadError as error:
        yield LoadFailure(str(path), error.reason)
        return
    for number, (article_id, document) in enumerate(articles, 1):
        if job.begun(f"{path}:{number}"):
            try:
                yield _article(document, article_id, job.collection)
            except LoadError as error:
                yield LoadFailure(f"{path}:{article_id}", error.reason)


def _line_id(document: LoadedDocument, stem: str) -> str:
    if document.url and _WEB.match(document.url):
        return _id_from_url(canonical_url(document.url))
    told_apart_by = f"{document.title}\0{document.text}"
    return f"{stem}-{_digest(told_apart_by, 12)}"


def _article(
    document: LoadedDocument,
    article_id: str,
    collection: str,
    *,
    path: str | None = None,
    url: str | None = None,
) -> Article:
    """The document, cleaned and named. The headline of a text stays its first line.

    Raises LoadError when nothing is left to read.
    """
    if not document.text:
        raise LoadError("empty: expected an article")
    marked = clean_text(document.text)
    whole, _ = without_marks(marked)
    text, outline = without_marks(without_boilerplate(marked))
    if not re.search(r"\w", text):
        if re.search(r"\w", whole):
            raise LoadError("expected an article, got only page furniture (comment forms, share buttons)")
        raise LoadError("expected an article, got no words")
    article_id = _one_line(article_id) or f"article-{_digest(text, 12)}"
    publisher = _one_line(document.publisher) or stated_publisher(whole)
    address = url or _one_line(document.url)
    if address and not _WEB.match(address):  # "javascript:..." must never become a link
        address = None
    source = Source(
        article_id=article_id,
        title=usable_title(_one_line(document.title), publisher) or title_of(text, otherwise=article_id),
        publisher=publisher or (_host(address) if address else None),
        author=usable_author(_one_line(document.author)) or stated_author(whole),
        url=address,
        path=path,
        published=document.dated.day if document.dated else None,
        published_at=document.dated.at if document.dated else None,
        collection=collection,
    )
    return Article(source, text, outline, READER_VERSION if path or url else None)


def _one_line(stated: str | None) -> str | None:
    return " ".join(clean_text(stated).split()) or None if stated else None


def _shown_path(path: Path) -> str:
    """Relative to the working directory when inside it, else absolute; always with `/`."""
    absolute = Path(os.path.abspath(path))
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()


def canonical_url(url: str) -> str:
    """One spelling for one page: no fragment, no tracking parameters, lower-case host, no default port."""
    try:
        parsed = httpx.URL(url).copy_with(fragment=None)
        for name in parsed.params:
            if _TRACKING.fullmatch(name):
                parsed = parsed.copy_remove_param(name)
        return str(parsed)
    except (httpx.InvalidURL, UnicodeError):
        return url


def _host(url: str) -> str | None:
    try:
        return httpx.URL(url).host.removeprefix("www.") or None
    except (httpx.InvalidURL, UnicodeError):
        return None


def _id_from_url(url: str) -> str:
    """`example.org-2024-floods-1a2b3c4d`: readable host and path, and 8 hex digits that tell URLs apart."""
    readable = re.sub(r"^\w+://(?:www\.)?|[?#].*$", "", url)
    plain = unicodedata.normalize("NFKD", readable).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")[:60].rstrip("-.")
    return f"{slug}-{_digest(url, 8)}".lstrip("-")


def _digest(text: str, digits: int) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:digits]
