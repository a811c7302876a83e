from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embedding.embedder import SentenceEmbedder, load_embedder
from index.errors import StoreMismatch
from index.ingest import (
    Add,
    IngestReport,
    Names,
    Progress,
    Replace,
    Skip,
    decide,
    ingest,
    missing_files,
    reembed,
    removed_files,
)
from index.loading.files import load
from index.loading.version import READER_VERSION
from index.passages.chunking import embedded_text
from index.refresh import read_by_older
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC_ONLY, Article, LoadFailure, Source, StoreCount, Vectors
from tests.index.store.conformance import DIMENSION, EMBEDDER, vector_of

GAO = Article(Source("gao", "Gao"), "Gunmen attacked a convoy near Gao. Thirty-two soldiers died.")
LAGOS = Article(Source("lagos", "Lagos"), "The port of Lagos reopened. Ships had waited for weeks.")


class HashEmbedder:
    """A working embedder that knows only whether two texts are the same, and counts its work."""

    def __init__(self, name: str = EMBEDDER, dimension: int = DIMENSION) -> None:
        self.name = name
        self.dimension = dimension
        self.batches: list[int] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(len(texts))
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, text: str) -> Vectors:
        vector = vector_of(text)[: self.dimension]
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore.open(tmp_path / "index", embedder_name=EMBEDDER, dimension=DIMENSION)
    yield store
    assert store.verify() == []
    store.close()


def test_an_article_is_added_replaced_or_skipped_by_its_stored_hash() -> None:
    assert decide(GAO, None) == Add(GAO)
    assert decide(GAO, GAO.content_hash) == Skip("gao")
    assert decide(GAO, LAGOS.content_hash) == Replace(GAO)


def test_ingesting_twice_equals_once_and_embeds_nothing(store: EmbeddedStore, embedder: HashEmbedder) -> None:
    assert ingest([GAO, LAGOS], store, embedder) == IngestReport(added=["gao", "lagos"])
    work, generation = list(embedder.batches), store.stats().generation

    assert ingest([GAO, LAGOS], store, embedder) == IngestReport(skipped=["gao", "lagos"])

    assert embedder.batches == work
    assert store.stats().generation == generation


def test_an_article_that_a_newer_reader_reads_alike_is_skipped_and_no_longer_of_the_older(
    store: EmbeddedStore, embedder: HashEmbedder
) -> None:
    ingest([replace(GAO, read_by=READER_VERSION - 1), LAGOS], store, embedder)
    assert read_by_older(store) == []  # neither file nor address to read it again from

    report = ingest([replace(GAO, read_by=READER_VERSION), LAGOS], store, embedder)

    assert report == IngestReport(skipped=["gao", "lagos"])
    assert store.readers() == {"gao": READER_VERSION, "lagos": None}


def test_a_changed_article_or_a_changed_date_replaces(store: EmbeddedStore, embedder: HashEmbedder) -> None:
    ingest([GAO, LAGOS], store, embedder)
    corrected = replace(GAO, text=GAO.text.replace("Thirty-two", "Fifty"))
    titled = replace(LAGOS, source=replace(LAGOS.source, title="The port of Lagos"))

    assert ingest([corrected, titled], store, embedder) == IngestReport(replaced=["gao", "lagos"])

    assert [store.article("gao"), store.article("lagos")] == [corrected, titled]


def test_of_a_changed_article_only_the_passages_that_changed_are_embedded(
    store: EmbeddedStore, embedder: HashEmbedder
) -> None:
    paragraphs = [f"Lorry {i} left for the north. " * 20 for i in range(12)]
    report = Article(Source("report", "A report"), "\n\n".join(paragraphs))
    ingest([report], store, embedder)
    paragraphs[5] = paragraphs[5].replace("north", "south")
    changed = replace(report, text="\n\n".join(["A new beginning. " * 30, *paragraphs]))
    embedder.batches.clear()

    ingest([changed], store, embedder)

    assert embedder.batches == [2]
    passages, vectors = store.embedded_passages("report")
    assert len(passages) == 13
    np.testing.assert_array_equal(
        vectors, np.stack([embedder.embed_question(embedded_text(p)) for p in passages])
    )
    embedder.batches.clear()
    ingest([replace(changed, source=replace(report.source, publisher="p"))], store, embedder)
    assert embedder.batches == []
    ingest([replace(changed, source=replace(report.source, title="Another"))], store, embedder)
    assert embedder.batches == [13]


def test_copies_in_one_run_are_embedded_once(store: EmbeddedStore, embedder: HashEmbedder) -> None:
    copies = [replace(GAO, source=replace(GAO.source, article_id=f"copy{i}")) for i in range(3)]

    ingest([GAO, *copies, LAGOS], store, embedder)

    assert embedder.batches == [2]
    assert store.count() == StoreCount(5, 5)


def test_a_failure_is_reported_and_the_rest_goes_on(store: EmbeddedStore, embedder: HashEmbedder) -> None:
    broken = LoadFailure("b.pdf", "expected a PDF, got something else")
    half = Article(Source("half", "Half", path="half.txt"), "Half a pair: \ud83d is no character.")
    told: list[Progress] = []

    report = ingest([broken, GAO, half, LAGOS], store, embedder, on_progress=told.append)

    assert report.added == ["gao", "lagos"]
    assert [(f.origin, f.reason[:25]) for f in report.failed] == [
        ("b.pdf", "expected a PDF, got somet"),
        ("half.txt", "the text holds half a sur"),
    ]
    assert [p.latest for p in told] == ["b.pdf", "half.txt", "gao", "lagos"]
    assert [p.articles for p in told] == [1, 2, 3, 4]
    assert told[-1].passages == store.count().passages


def test_an_id_that_comes_twice_keeps_its_first_article(store: EmbeddedStore, embedder: HashEmbedder) -> None:
    report = ingest([GAO, GAO, replace(GAO, text="Something else.")], store, embedder)

    assert (report.added, report.skipped) == (["gao"], ["gao"])
    assert report.failed == [LoadFailure("gao", "the id gao came before in this run: make it unique")]
    assert store.article("gao") == GAO


def test_equal_texts_under_two_ids_are_both_kept(store: EmbeddedStore, embedder: HashEmbedder) -> None:
    copy = replace(GAO, source=replace(GAO.source, article_id="copy"))

    ingest([GAO, copy], store, embedder)

    question = embedder.embed_question("convoy")
    hits = store.search(question, "convoy near Gao", PUBLIC_ONLY, 5).keyword
    assert {hit.passage.source.article_id for hit in hits} == {"gao", "copy"}


def test_articles_are_embedded_together_and_a_long_stream_is_not_held_in_memory(
    store: EmbeddedStore, embedder: HashEmbedder
) -> None:
    waiting: list[int] = []

    def stream() -> Iterator[Article]:
        for i in range(1500):
            waiting.append(i + 1 - store.count().articles)
            yield Article(Source(f"a{i}", "A lorry"), f"Lorry number {i} left for the north.")

    report = ingest(stream(), store, embedder)

    assert len(report.added) == 1500
    assert embedder.batches == [512, 512, 476]
    assert max(waiting) <= 513


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_of_one_stem_are_two_articles_in_whatever_order_they_come(
    store: EmbeddedStore, embedder: HashEmbedder, tmp_path: Path
) -> None:
    first = write(tmp_path / "a" / "notes.txt", "The lorries reached Timbuktu on Monday.")
    second = write(tmp_path / "b" / "notes.txt", "The lorries never reached Timbuktu at all.")

    report = ingest([*load(str(tmp_path / "a")), *load(str(tmp_path / "b"))], store, embedder)

    kept, other = report.added
    assert kept == "notes"
    assert other.startswith("notes-")
    assert len(other) == len("notes-") + 6
    again = ingest([*load(str(second)), *load(str(first))], store, embedder)
    assert again == IngestReport(skipped=[other, kept])
    write(second, "Changed: they did arrive.")
    assert ingest(load(str(second)), store, embedder) == IngestReport(replaced=[other])


def test_a_file_that_was_moved_keeps_its_id(
    store: EmbeddedStore, embedder: HashEmbedder, tmp_path: Path
) -> None:
    old = write(tmp_path / "a" / "notes.txt", "The lorries reached Timbuktu on Monday.")
    ingest(load(str(old)), store, embedder)
    new = write(tmp_path / "b" / "notes.txt", old.read_text())
    old.unlink()

    report = ingest(load(str(tmp_path)), store, embedder, remove=removed_files(tmp_path, store))

    assert report.replaced == ["notes"]
    assert report.removed == []
    assert [Path(s.path or "").resolve() for s in store.sources()] == [new.resolve()]


def test_an_id_given_by_a_collection_is_never_changed() -> None:
    names = Names([Source("notes", "Notes", path="a/notes.txt")], exists=lambda _: True)
    given = Article(Source("notes", "Notes"), "From a collection.")

    assert names.with_own_id(given) == given


def test_a_file_whose_stem_is_an_id_that_a_collection_gave_is_another_article() -> None:
    names = Names([Source("notes", "Notes of a collection")], exists=lambda _: True)
    file = Article(Source("notes", "Notes", path="a/notes.txt"), "Of the file.")

    named = names.with_own_id(file)

    assert named.source.article_id.startswith("notes-")
    assert names.with_own_id(file) == named


def test_files_gone_from_a_folder_are_removed_when_it_is_added_again(
    store: EmbeddedStore, embedder: HashEmbedder, tmp_path: Path
) -> None:
    for name in ("in/kept", "in/deep/lost", "elsewhere/other"):
        write(tmp_path / f"{name}.txt", f"What {name} says is a sentence.")
    ingest([*load(str(tmp_path / "in")), *load(str(tmp_path / "elsewhere")), GAO], store, embedder)
    (tmp_path / "in/deep/lost.txt").unlink()
    (tmp_path / "elsewhere/other.txt").unlink()
    folder = tmp_path / "in"

    assert removed_files(folder, store) == ["lost"]
    report = ingest(load(str(folder)), store, embedder, remove=removed_files(folder, store))

    assert report == IngestReport(skipped=["kept"], removed=["lost"])
    assert [s.article_id for s in store.sources()] == ["gao", "kept", "other"]


def test_only_files_inside_the_folder_can_be_gone_from_it() -> None:
    sources = [
        Source("in", "", path="/f/in.txt"),
        Source("there", "", path="/f/there.txt"),
        Source("out", "", path="/folder/out.txt"),
        Source("web", "", url="https://example.org"),
    ]

    assert missing_files(sources, Path("/f"), lambda path: path.name == "there.txt") == ["in"]


def test_the_seeds_are_found_with_the_bundled_model(tmp_path: Path) -> None:
    real: SentenceEmbedder = load_embedder()
    store = EmbeddedStore.open(tmp_path, embedder_name=real.name, dimension=real.dimension)

    report = ingest(load("seeds"), store, real)

    assert (len(report.added), report.failed) == (5, [])
    question = "Who attacked the Gao convoy?"
    candidates = store.search(real.embed_question(question), question, PUBLIC_ONLY, 3)
    for hits in (candidates.dense, candidates.keyword):
        assert any("Gao" in hit.passage.text for hit in hits)
    assert store.verify() == []
    store.close()


def test_another_embedder_takes_over_in_one_step(
    store: EmbeddedStore, embedder: HashEmbedder, tmp_path: Path
) -> None:
    earlier = replace(GAO, text="Gunmen were seen near Gao.")
    ingest([earlier], store, embedder)
    ingest([GAO, LAGOS], store, embedder)
    other = HashEmbedder("other", 8)

    report = reembed(tmp_path / "index", other)

    assert report.added == ["gao", "lagos"]
    with EmbeddedStoreOf(tmp_path / "index", other) as new:
        assert new.verify() == []
        assert new.article("gao") == GAO
        assert [one.text for one in new.revisions("gao")] == [earlier.text]
        hits = new.search(other.embed_question("convoy"), "convoy near Gao", PUBLIC_ONLY, 5).keyword
        assert [hit.passage.source.article_id for hit in hits] == ["gao"]
    assert not (tmp_path / "index" / "reembed").exists()
    with pytest.raises(StoreMismatch, match=r"built with other \(8\), settings ask for words-by-hash \(16\)"):
        store.search(embedder.embed_question("convoy"), "convoy", PUBLIC_ONLY, 5)
    with pytest.raises(StoreMismatch):
        store.remove_article("gao")
    reembed(tmp_path / "index", embedder)


def test_an_interrupted_change_of_embedder_leaves_the_index_as_it_was_and_goes_on(
    store: EmbeddedStore, embedder: HashEmbedder, tmp_path: Path
) -> None:
    many = [Article(Source(f"a{i}", "A lorry"), f"Lorry number {i} left.") for i in range(600)]
    ingest(many, store, embedder)
    other = HashEmbedder("other", 8)

    def stop(progress: Progress) -> None:
        if progress.articles == 512:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reembed(tmp_path / "index", other, on_progress=stop)
    assert store.count() == StoreCount(600, 600)
    assert store.search(embedder.embed_question("convoy"), "lorry 7", PUBLIC_ONLY, 5).keyword
    store.remove_article("a3")

    report = reembed(tmp_path / "index", other)

    assert (len(report.skipped), len(report.added), report.removed) == (511, 88, ["a3"])
    with EmbeddedStoreOf(tmp_path / "index", other) as new:
        assert new.count() == StoreCount(599, 599)
    reembed(tmp_path / "index", embedder)


class EmbeddedStoreOf:
    """An index opened with this embedder for the length of a `with`."""

    def __init__(self, directory: Path, embedder: HashEmbedder) -> None:
        self.store = EmbeddedStore.open(directory, embedder_name=embedder.name, dimension=embedder.dimension)

    def __enter__(self) -> EmbeddedStore:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()
