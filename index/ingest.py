"""Articles into the store: decide in pure functions, then carry it out in batches."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.errors import Reason, StoreDamaged, StoreMismatch
from index.loading.version import READER_VERSION
from index.passages.chunking import chunk, embedded_text
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Loaded, LoadFailure, LoadNote, Passage, Source, Store, Vectors

BATCH_PASSAGES = 512  # embedded together: enough to sort by length, little enough to report progress
_MAX_WAITING_CHARS = 20_000_000  # of article text held in memory before it is stored


@dataclass(frozen=True, slots=True)
class Add:
    article: Article


@dataclass(frozen=True, slots=True)
class Replace:
    article: Article


@dataclass(frozen=True, slots=True)
class Skip:
    article_id: str


Decision = Add | Replace | Skip

_Batch = list[tuple[Add | Replace, list[Passage]]]
"""What is stored of each article, with its passages."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of everything that was loaded: article ids, and failures and notes with their words."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[LoadFailure] = field(default_factory=list)
    notes: list[LoadNote] = field(default_factory=list)

    @property
    def settled(self) -> int:
        """How many articles and failures it accounts for."""
        return len(self.added) + len(self.replaced) + len(self.skipped) + len(self.removed) + len(self.failed)


@dataclass(frozen=True, slots=True)
class Progress:
    """Told after each article that is settled: `latest` is stored on disk, unchanged, removed or failed."""

    articles: int  # settled so far
    passages: int  # embedded and stored so far
    latest: str  # article id, or the origin of a failure


def decide(article: Article, stored_hash: str | None) -> Decision:
    """What to do with an article, given the content hash under which its id is stored."""
    if stored_hash is None:
        return Add(article)
    if stored_hash == article.content_hash:
        return Skip(article.source.article_id)
    return Replace(article)


def ingest(
    loaded: Iterable[Loaded],
    store: Store,
    embedder: Embedder,
    *,
    remove: Sequence[str] = (),
    on_progress: Callable[[Progress], None] | None = None,
    cut: Callable[[Article], list[Passage]] = chunk,
) -> IngestReport:
    """Store what is new or changed, skip what is unchanged, forget ids in `remove` that did not come again.

    Articles are read one after another, embedded some hundred passages at a time, and stored each in a
    transaction of its own. Of a changed article only the passages that changed are embedded. Two files of
    one stem are two articles (see `Names`). An id that comes twice in one run keeps its first article; a
    different second one is reported as failed. `cut` does what `chunk` does, elsewhere. Raises StoreError
    and EmbeddingError; what was settled before stays stored.
    """
    report = IngestReport()
    names = Names(store.sources())
    readers = store.readers()
    read_alike: list[str] = []
    seen: dict[str, str] = {}  # content hash by id
    passages_stored = 0

    def report_progress(latest: str) -> None:
        if on_progress:
            on_progress(Progress(report.settled, passages_stored, latest))

    def fail(failure: LoadFailure) -> None:
        report.failed.append(failure)
        report_progress(failure.origin)

    def decisions() -> Iterator[tuple[Add | Replace, list[Passage]]]:
        for one in loaded:
            if isinstance(one, LoadFailure):
                fail(one)
                continue
            if isinstance(one, LoadNote):
                report.notes.append(one)
                continue
            article = names.with_own_id(one)
            article_id = article.source.article_id
            try:
                content_hash = article.content_hash
            except UnicodeEncodeError:
                fail(LoadFailure(_origin(article), "the text holds half a surrogate pair: save it as UTF-8"))
                continue
            decision = decide(article, seen.get(article_id) or store.stored_hash(article_id))
            if article_id in seen and not isinstance(decision, Skip):
                fail(
                    LoadFailure(
                        _origin(article),
                        Reason("the id {id} came before in this run: make it unique", {"id": article_id}),
                    )
                )
                continue
            seen[article_id] = content_hash
            if isinstance(decision, Skip):
                if article.read_by == READER_VERSION != readers.get(article_id):
                    read_alike.append(article_id)
                report.skipped.append(article_id)
                report_progress(article_id)
            elif passages := cut(article):
                yield decision, passages
            else:
                fail(LoadFailure(_origin(article), "there is no text to search in it"))

    for batch in _batches(decisions()):
        vectors = _embed_batch(batch, store, embedder)
        first = 0
        for decision, passages in batch:
            article = decision.article
            store.replace_article(article, passages, vectors[first : first + len(passages)])
            first += len(passages)
            passages_stored += len(passages)
            ids = report.added if isinstance(decision, Add) else report.replaced
            ids.append(article.source.article_id)
            report_progress(article.source.article_id)
    if read_alike:
        store.note_reader(read_alike, READER_VERSION)
    for article_id in remove:
        if article_id not in seen and store.remove_article(article_id):
            report.removed.append(article_id)
            report_progress(article_id)
    return report


def _embed_batch(batch: _Batch, store: Store, embedder: Embedder) -> Vectors:
    """One row per passage of the batch; what is embedded alike in the stored article keeps its vector."""
    known: dict[str, Vectors] = {}
    for decision, _ in batch:
        if isinstance(decision, Replace):
            stored, vectors = store.embedded_passages(decision.article.source.article_id)
            known.update(zip(map(embedded_text, stored), vectors, strict=True))
    texts = [embedded_text(passage) for _, passages in batch for passage in passages]
    new = list(dict.fromkeys(text for text in texts if text not in known))
    if len(new) == len(texts):
        return embedder.embed_passages(texts)
    if new:
        known.update(zip(new, embedder.embed_passages(new), strict=True))
    return np.stack([known[text] for text in texts])


def _batches(decided: Iterable[tuple[Add | Replace, list[Passage]]]) -> Iterator[_Batch]:
    batch: _Batch = []
    passages = chars = 0
    for decision, cut in decided:
        batch.append((decision, cut))
        passages += len(cut)
        chars += len(decision.article.text)
        if passages >= BATCH_PASSAGES or chars >= _MAX_WAITING_CHARS:
            yield batch
            batch, passages, chars = [], 0, 0
    if batch:
        yield batch


def _origin(article: Article) -> str:
    source = article.source
    return source.path or source.url or source.article_id


class Names:
    """Keeps files of one stem apart: `a/notes.txt` is `notes`, `b/notes.txt` is `notes-<6 hex of its path>`.

    A file keeps the id under which it is stored, whatever order files come in. A file whose
    stored path is gone has been moved: the new one takes its id.
    """

    def __init__(self, stored: Iterable[Source], exists: Callable[[str], bool] = lambda p: Path(p).exists()):
        self._path_of = {source.article_id: source.path for source in stored}
        self._exists = exists

    def with_own_id(self, article: Article) -> Article:
        """The article under the id that is its own."""
        source = article.source
        name = self._name(source)
        self._path_of[name] = source.path
        if name == source.article_id:
            return article
        return replace(article, source=replace(source, article_id=name))

    def _name(self, source: Source) -> str:
        if source.path is None:  # from an address or a collection: the id is given, not made from a stem
            return source.article_id
        other = f"{source.article_id}-{sha256(source.path.encode(errors='replace')).hexdigest()[:6]}"
        if _same(self._path_of.get(other), source.path):
            return other
        if source.article_id not in self._path_of:
            return source.article_id
        holder = self._path_of[source.article_id]  # None: the id was given to it, by a collection say
        is_its_own = holder is not None and (_same(holder, source.path) or not self._exists(holder))
        return source.article_id if is_its_own else other


def _same(one: str | None, other: str) -> bool:
    return one is not None and Path(one).absolute() == Path(other).absolute()


def removed_files(folder: Path, store: Store) -> list[str]:
    """Ids of the articles that came from files in `folder` which are no longer there."""
    return missing_files(store.sources(), folder.absolute(), lambda path: path.exists())


def missing_files(sources: Iterable[Source], folder: Path, exists: Callable[[Path], bool]) -> list[str]:
    """Ids of the sources whose file lies in `folder` and does not exist."""
    paths = ((source.article_id, Path(source.path).absolute()) for source in sources if source.path)
    return [article_id for article_id, path in paths if path.is_relative_to(folder) and not exists(path)]


def reembed(
    directory: Path, embedder: Embedder, *, on_progress: Callable[[Progress], None] | None = None
) -> IngestReport:
    """Cut and embed every stored article anew, for another embedder or other rules of cutting.

    The index answers as before until the new one takes its place in one transaction; processes
    that have it open are then told by StoreMismatch. When interrupted, the next call goes on where
    this one stopped. Raises StoreError and EmbeddingError.
    """
    live = EmbeddedStore.open(directory)
    try:
        workshop = _open_workshop(directory / "reembed", embedder)
        try:
            report = _sync(live, workshop, embedder, on_progress)
            with live.exclusive():
                _sync(live, workshop, embedder, None)  # what was written meanwhile
                live.adopt(workshop)
        finally:
            workshop.abandon()
        shutil.rmtree(directory / "reembed", ignore_errors=True)
        return report
    finally:
        live.close()


def _open_workshop(directory: Path, embedder: Embedder) -> EmbeddedStore:
    name, dimension = embedder.name, embedder.dimension
    try:
        return EmbeddedStore.open(directory, embedder_name=name, dimension=dimension)
    except (StoreMismatch, StoreDamaged):  # left over from another attempt
        shutil.rmtree(directory)
        return EmbeddedStore.open(directory, embedder_name=name, dimension=dimension)


def _sync(
    live: Store, workshop: Store, embedder: Embedder, on_progress: Callable[[Progress], None] | None
) -> IngestReport:
    ids = [source.article_id for source in live.sources()]
    left = {source.article_id for source in workshop.sources()} - set(ids)
    articles = (article for article_id in ids if (article := live.article(article_id)))
    return ingest(articles, workshop, embedder, remove=sorted(left), on_progress=on_progress)
