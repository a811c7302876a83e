"""What every store must do. Inherit from StoreConformance; give it fixtures `open_store`, `take_backup`."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

from index.errors import EmbeddingError, StoreError
from index.types import (
    MAX_REVISIONS,
    PUBLIC_ONLY,
    Article,
    Mark,
    MarkKind,
    Passage,
    SearchFilter,
    Source,
    Store,
    StoreCount,
    Vectors,
)

DIMENSION = 16
EMBEDDER = "words-by-hash"

OpenStore = Callable[[], Store]
TakeBackup = Callable[[], Callable[[], None]]
"""Copies what is stored, for no store to be open meanwhile; what it returns puts the copy back."""


def article_of(article_id: str, text: str, **source: object) -> Article:
    return Article(replace(Source(article_id, "A report"), **source), text)  # type: ignore[arg-type]


def sentences_of(article: Article) -> list[Passage]:
    """One passage per sentence that ends in a full stop and a space."""
    passages, start = [], 0
    for sentence in article.text.split(". "):
        passage_id = f"{article.source.article_id}#{start}"
        passages.append(Passage(passage_id, article.source, start, start + len(sentence), sentence))
        start += len(sentence) + 2
    return passages


def vector_of(text: str) -> Vectors:
    """A unit-length vector that is the same for the same text: shape (DIMENSION,)."""
    random = np.random.default_rng(list(text.encode()))
    vector = random.normal(size=DIMENSION).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def vectors_of(passages: list[Passage]) -> Vectors:
    return (
        np.stack([vector_of(p.text) for p in passages]) if passages else np.empty((0, DIMENSION), np.float32)
    )


def put(store: Store, article: Article) -> list[Passage]:
    passages = sentences_of(article)
    store.replace_article(article, passages, vectors_of(passages))
    return passages


GAO = article_of("gao", "Gunmen attacked a convoy near Gao. Thirty-two soldiers died", publisher="time.news")
LAGOS = article_of(
    "lagos", "The port of Lagos reopened. Ships had waited for weeks", published=date(2024, 5, 2)
)
SECRET = article_of(
    "memo", "The convoy carried gold. Nobody may know", collection="private", published=date(2024, 6, 1)
)
EVERYTHING = SearchFilter(frozenset({"public", "private"}))


def found(
    store: Store, text: str, where: SearchFilter = EVERYTHING, k: int = 10
) -> tuple[list[str], list[str]]:
    """Ids of the dense and of the keyword hits."""
    candidates = store.search(vector_of(text), text, where, k)
    return [h.passage.id for h in candidates.dense], [h.passage.id for h in candidates.keyword]


class StoreConformance:
    @pytest.fixture
    def store(self, open_store: OpenStore) -> Store:
        return open_store()

    def test_an_article_is_found_as_soon_as_it_is_stored(self, store: Store) -> None:
        first, second = put(store, GAO)

        candidates = store.search(vector_of(second.text), "Thirty-two soldiers", EVERYTHING, 2)

        assert [hit.passage for hit in candidates.dense] == [second, first]
        assert [hit.passage for hit in candidates.keyword] == [second]
        assert candidates.dense[0].score == pytest.approx(1)
        assert candidates.dense[1].score == pytest.approx(
            vector_of(first.text) @ vector_of(second.text), abs=1e-5
        )
        assert candidates.keyword[0].score > 0

    def test_what_is_stored_comes_back_whole(self, store: Store) -> None:
        rich = article_of(
            "ünï#1",
            "Zoë said “no”. 東京 replied 🙂",
            title="Été",
            publisher="p",
            author="a",
            url="https://example.org/?a=1",
            path="a/b.txt",
            published=date(2021, 2, 28),
            published_at=datetime(2021, 2, 28, 23, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        )
        rich = replace(
            rich,
            outline=(Mark(0, MarkKind.PAGE, 3), Mark(0, MarkKind.HEADING, 1), Mark(16, MarkKind.CODE)),
            read_by=7,
        )
        passages = [replace(p, heading="Voices", outline=rich.outline) for p in sentences_of(rich)]
        store.replace_article(rich, passages, vectors_of(passages))
        put(store, GAO)

        assert store.article("ünï#1") == rich
        assert store.article_passages("ünï#1") == passages
        assert store.passages([passages[1].id, "gone#0", "gao#x", "gao#0"]) == [
            passages[1],
            sentences_of(GAO)[0],
        ]
        assert store.sources() == [GAO.source, rich.source]
        assert store.readers() == {"gao": None, "ünï#1": 7}
        assert store.stored_hash("ünï#1") == rich.content_hash
        assert store.count() == StoreCount(articles=2, passages=4)
        np.testing.assert_array_equal(store.vectors([passages[1].id]), vectors_of(passages[1:]))
        stored, vectors = store.embedded_passages("ünï#1")
        assert stored == passages
        np.testing.assert_array_equal(vectors, vectors_of(passages))

    def test_an_article_that_was_read_again_alike_only_notes_its_reader(self, store: Store) -> None:
        for article in (replace(GAO, read_by=1), replace(LAGOS, read_by=1), SECRET):
            put(store, article)
        generation = store.health().generation

        store.note_reader(["gao", "gone"], 2)

        assert store.readers() == {"gao": 2, "lagos": 1, "memo": None}
        assert store.article("gao") == replace(GAO, read_by=2)
        assert store.health().generation == generation

    def test_an_empty_store_answers_with_nothing(self, store: Store) -> None:
        assert found(store, "convoy") == ([], [])
        assert store.article("gao") is None
        assert store.article_passages("gao") == []
        assert store.embedded_passages("gao")[1].shape == (0, DIMENSION)
        assert store.stored_hash("gao") is None
        assert store.count() == StoreCount(0, 0)
        assert store.health().ok

    def test_a_replaced_article_leaves_nothing_behind(self, store: Store) -> None:
        put(store, GAO)
        put(store, LAGOS)
        found(store, "convoy")
        new = replace(GAO, text="The lorries reached Timbuktu")

        put(store, new)

        assert found(store, "Gunmen attacked a convoy near Gao soldiers Timbuktu")[1] == ["gao#0"]
        assert set(found(store, "convoy")[0]) == {"gao#0", "lagos#0", "lagos#28"}
        assert store.passages(["gao#0", "gao#35"]) == sentences_of(new)
        assert store.article("gao") == new
        assert store.count() == StoreCount(2, 3)

    def test_the_texts_that_an_article_had_before_are_its_revisions(self, store: Store) -> None:
        began = datetime.now(UTC)
        for number in range(MAX_REVISIONS + 3):
            put(store, replace(GAO, text=f"{number} soldiers died"))
        put(
            store,
            replace(GAO, source=replace(GAO.source, title="Another title"), text=f"{number} soldiers died"),
        )

        revisions = store.revisions("gao")

        newest_first = [f"{n} soldiers died" for n in range(number - 1, 1, -1)]
        assert [one.text for one in revisions] == newest_first[:MAX_REVISIONS]
        assert began <= revisions[-1].replaced_at <= revisions[0].replaced_at <= datetime.now(UTC)
        assert found(store, "11")[1] == []
        store.remove_article("gao")
        assert store.revisions("gao") == []

    def test_a_removed_article_is_found_no_more(self, store: Store) -> None:
        put(store, GAO)
        put(store, LAGOS)
        found(store, "convoy")

        assert store.remove_article("gao") is True
        assert store.remove_article("gao") is False

        assert found(store, "convoy near Gao")[1] == []
        assert set(found(store, "convoy near Gao")[0]) == {"lagos#0", "lagos#28"}
        assert store.article("gao") is None

    def test_a_search_sees_only_the_collections_it_may_see(self, store: Store) -> None:
        for article in (GAO, LAGOS, SECRET):
            put(store, article)

        public, private = PUBLIC_ONLY, SearchFilter(frozenset({"private"}))

        assert found(store, "convoy", public)[1] == ["gao#0"]
        assert set(found(store, "The convoy carried gold", public)[0]) == {
            "gao#0",
            "gao#35",
            "lagos#0",
            "lagos#28",
        }
        assert found(store, "convoy", private)[1] == ["memo#0"]
        assert set(found(store, "convoy", private)[0]) == {"memo#0", "memo#25"}
        assert store.count() == StoreCount(3, 6)
        assert store.count(public) == StoreCount(2, 4)
        assert store.count(private) == StoreCount(1, 2)
        assert store.count(SearchFilter(frozenset())) == StoreCount(0, 0)
        assert found(store, "convoy", SearchFilter(frozenset())) == ([], [])
        assert found(store, "convoy", SearchFilter(frozenset({"nowhere"}))) == ([], [])

    def test_a_search_sees_only_the_articles_and_days_asked_for(self, store: Store) -> None:
        for article in (GAO, LAGOS, SECRET):
            put(store, article)

        def articles(**limits: object) -> set[str]:
            dense, keyword = found(store, "convoy port gold", replace(EVERYTHING, **limits))  # type: ignore[arg-type]
            assert {i.partition("#")[0] for i in keyword} == {i.partition("#")[0] for i in dense}
            return {i.partition("#")[0] for i in dense}

        assert articles() == {"gao", "lagos", "memo"}
        assert articles(article_ids=frozenset({"gao", "lagos", "gone"})) == {"gao", "lagos"}
        assert articles(article_ids=frozenset()) == set()
        assert articles(published_from=date(2024, 5, 2)) == {"lagos", "memo"}
        assert articles(published_from=date(2024, 5, 3)) == {"memo"}
        assert articles(published_to=date(2024, 5, 2)) == {"lagos"}
        assert articles(published_from=date(2024, 5, 1), published_to=date(2024, 5, 31)) == {"lagos"}

    def test_a_filter_still_gives_k_hits_when_k_exist(self, store: Store) -> None:
        for i in range(60):
            put(
                store,
                article_of(
                    f"a{i}", f"The convoy number {i} left", collection="public" if i % 20 else "private"
                ),
            )

        dense, keyword = found(store, "convoy", SearchFilter(frozenset({"private"})), k=3)

        assert set(dense) == set(keyword) == {"a0#0", "a20#0", "a40#0"}

    def test_a_search_gives_no_more_than_k_hits_best_first(self, store: Store) -> None:
        for i in range(20):
            put(store, article_of(f"a{i}", f"The convoy number {i} left"))

        candidates = store.search(vector_of("convoy"), "convoy", EVERYTHING, 5)

        for hits in (candidates.dense, candidates.keyword):
            assert len(hits) == 5
            assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
        assert found(store, "convoy", k=0) == ([], [])

    @pytest.mark.parametrize(
        "text", ["", "   ", "?!", '"', "text:gao AND (", "gao OR -convoy^3 [a TO b]", "\0", "🙂" * 99]
    )
    def test_a_question_is_words_and_never_query_syntax(self, store: Store, text: str) -> None:
        put(store, GAO)

        _, keyword = found(store, text)

        assert keyword == (["gao#0"] if "gao" in text else [])

    def test_copies_of_a_text_under_two_ids_are_two_articles(self, store: Store) -> None:
        put(store, GAO)
        put(store, replace(GAO, source=replace(GAO.source, article_id="copy")))

        dense, keyword = found(store, "Gunmen attacked a convoy near Gao", k=2)

        assert set(dense) == set(keyword) == {"gao#0", "copy#0"}

    def test_an_article_without_passages_is_stored_but_not_found(self, store: Store) -> None:
        store.replace_article(GAO, [], vectors_of([]))
        put(store, LAGOS)

        assert store.article("gao") == GAO
        assert set(found(store, "convoy near Gao")[0]) == {"lagos#0", "lagos#28"}
        assert store.health().ok

    def test_a_passage_the_article_does_not_say_is_refused(self, store: Store) -> None:
        put(store, LAGOS)
        passages = sentences_of(GAO)

        for wrong in (
            replace(passages[0], text=passages[0].text.upper()),
            replace(passages[0], id="gao#7"),
            replace(passages[0], source=LAGOS.source),
        ):
            with pytest.raises(StoreError):
                store.replace_article(GAO, [wrong], vectors_of([wrong]))
        with pytest.raises(StoreError):
            store.replace_article(GAO, [passages[0], passages[0]], vectors_of([passages[0], passages[0]]))

        assert store.count() == StoreCount(1, 2)
        assert store.article("gao") is None

    def test_vectors_that_do_not_fit_are_refused(self, store: Store) -> None:
        passages = sentences_of(GAO)

        for wrong in (vectors_of(passages)[:1], vectors_of(passages)[:, :8], vectors_of(passages) * 2):
            with pytest.raises(EmbeddingError):
                store.replace_article(GAO, passages, wrong)
        with pytest.raises(EmbeddingError):
            store.search(vector_of("x")[:8], "x", EVERYTHING, 1)
        with pytest.raises(KeyError):
            store.vectors(["gao#0"])

        assert store.count() == StoreCount(0, 0)

    def test_everything_is_there_after_closing_and_opening(self, open_store: OpenStore) -> None:
        store = open_store()
        for article in (GAO, LAGOS, SECRET):
            put(store, article)
        store.remove_article("lagos")
        before = store.search(vector_of("convoy"), "convoy", EVERYTHING, 10)
        store.close()
        store.close()

        store = open_store()

        assert store.search(vector_of("convoy"), "convoy", EVERYTHING, 10) == before
        assert store.sources() == [GAO.source, SECRET.source]
        assert store.health().ok

    def test_a_restored_backup_goes_on_from_where_it_stood(
        self, open_store: OpenStore, take_backup: TakeBackup
    ) -> None:
        """Its changes are numbered like those it never saw; what was derived from those must not answer."""
        store = open_store()
        put(store, GAO)
        store.close()
        restore = take_backup()
        store = open_store()
        for article in (LAGOS, SECRET):
            put(store, article)
        found(store, "convoy")
        store.close()

        restore()
        store = open_store()
        put(store, article_of("wool", "Sheep were shorn early. Wool was cheap"))
        put(store, article_of("tea", "Tea was picked in June. The leaves were large"))

        assert sorted(found(store, "convoy port gold wool tea")[1]) == ["gao#0", "tea#0", "wool#24"]
        assert found(store, "Wool was cheap", k=1) == (["wool#24"], ["wool#24"])
        assert set(found(store, "convoy")[0]) == {"gao#0", "gao#35", "wool#0", "wool#24", "tea#0", "tea#24"}
        assert store.health().ok

    def test_a_second_store_sees_what_the_first_one_writes(self, open_store: OpenStore) -> None:
        writer, reader = open_store(), open_store()
        assert found(reader, "convoy") == ([], [])

        put(writer, GAO)
        assert found(reader, "convoy")[1] == ["gao#0"]
        writer.remove_article("gao")
        assert found(reader, "convoy") == ([], [])
        put(reader, LAGOS)
        assert found(writer, "port of Lagos")[1] == ["lagos#0"]

    def test_many_threads_read_and_write_at_once(self, store: Store) -> None:
        wrong: list[object] = []

        def work(number: int) -> None:
            try:
                for i in range(8):
                    mine = article_of(f"t{number}-{i}", f"The lorry {number}x{i} left. Nobody saw it")
                    put(store, mine)
                    if f"t{number}-{i}#0" not in found(store, f"{number}x{i}")[1]:
                        wrong.append(mine)
                    if i % 2:
                        store.remove_article(mine.source.article_id)
            except Exception as error:  # noqa: BLE001 -- any is a failure
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert wrong == []
        assert store.count() == StoreCount(16, 32)
        assert store.health().ok
