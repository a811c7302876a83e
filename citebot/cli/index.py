"""`citebot index ...`."""

import dataclasses
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from citebot.cli.options import IndexDir, Json, print_json, remember_index_dir, settings_for, warn
from citebot.cli.output import clean, counted, describe, source_json
from citebot.errors import FAILURE, CitebotError, UsageError

if TYPE_CHECKING:
    from citebot.settings import Settings
    from index.ingest import IngestReport
    from index.refresh import RefreshReport
    from index.sources.outcome import Refreshed
    from index.types import Article, Embedder, Store

app = typer.Typer(help="Add, list and remove articles; look after the index.")
app.callback(invoke_without_command=True)(remember_index_dir)

SHOWN_FAILURES = 50
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Let web addresses lead into your own network.")
]


@app.command()
def add(
    context: typer.Context,
    origins: Annotated[
        list[str],
        typer.Argument(metavar="PATH_OR_URL...", help="Files, folders, web addresses, .jsonl collections."),
    ],
    collection: Annotated[str, typer.Option(help="The collection the articles belong to.")] = "public",
    allow_private: AllowPrivate = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Add articles; unchanged ones are skipped, and those whose file is gone from an added folder removed.

    Exit code 1 if anything failed; the rest is added all the same.
    """
    settings = settings_for(context, index_dir)
    from citebot.assembly import embedder_for, open_store
    from citebot.cli.progress import show_progress
    from index.ingest import ingest, removed_files
    from index.loading.isolated import ReadingApart

    embedder = embedder_for(settings)
    rechunk_if_outdated(settings, embedder)
    reading = ReadingApart(
        origins, collection=collection, allow_private=allow_private, ocr_languages=settings.ocr_languages
    )
    with open_store(settings, embedder) as store, reading:
        gone = [i for o in origins if Path(o).is_dir() for i in removed_files(Path(o), store)]
        with show_progress() as on_progress:
            report = ingest(
                reading.articles(),
                store,
                embedder,
                remove=gone,
                on_progress=on_progress,
                cut=reading.passages,
            )
        store.flush()
        _warn_of_older_readers(store)
    if as_json:
        print_json(dataclasses.asdict(report))
    else:
        _print_report(report)
    if report.failed:
        raise typer.Exit(FAILURE)


@app.command()
def refresh(
    context: typer.Context,
    collection: Annotated[str | None, typer.Option(help="Only the articles of this collection.")] = None,
    allow_private: AllowPrivate = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Read every article again from its file or web address, for a newer Citebot may read it better.

    Ids and collections stay. What is gone or cannot be read keeps its stored text, and the exit code is 1.
    """
    settings = settings_for(context, index_dir)
    from citebot.assembly import embedder_for, open_store
    from citebot.cli.progress import show_progress
    from index.refresh import refresh as read_again

    total = _count_articles(settings)
    embedder = embedder_for(settings)
    rechunk_if_outdated(settings, embedder)
    with open_store(settings, embedder) as store:
        with show_progress(total) as on_progress:
            report = read_again(
                store,
                embedder,
                collection=collection,
                allow_private=allow_private,
                ocr_languages=settings.ocr_languages,
                on_progress=on_progress,
            )
        store.flush()
    if as_json:
        print_json(dataclasses.asdict(report))
    else:
        print(f"replaced  {len(report.replaced):,}")
        for kind in ("unchanged", "failed"):
            if count := len(getattr(report, kind)):
                print(f"{kind:9} {count:,}")
        if report.no_origin:
            print(
                f"left      {len(report.no_origin):,} (lines of collections, documents sent to the bot: "
                "add them again to have them read again)"
            )
        print_failures_and_notes(report)
    if report.failed:
        raise typer.Exit(FAILURE)


@app.command("list")
def list_articles(
    context: typer.Context,
    collection: Annotated[str | None, typer.Option(help="Only the articles of this collection.")] = None,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """All articles, with id, title, publisher and date."""
    settings = settings_for(context, index_dir)
    from citebot.assembly import NO_ARTICLES, open_store

    sources = []
    if settings.index_dir.exists():
        with open_store(settings) as store:
            sources = [one for one in store.sources() if collection in (None, one.collection)]
    if as_json:
        print_json([source_json(source) for source in sources])
        return
    if not sources:
        warn(NO_ARTICLES)
    for source in sources:
        print(f"{clean(source.article_id)}  {describe(source)}")


@app.command()
def show(
    context: typer.Context,
    article_id: Annotated[str, typer.Argument(metavar="ID")],
    as_html: Annotated[
        bool, typer.Option("--html", help="Write a page that shows what of the article's page is left out.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Where --html writes it; a temporary file without.")
    ] = None,
    allow_private: AllowPrivate = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """One article: where it comes from and its text as it is quoted.

    With --html its page is read again and set beside the stored text, in an HTML file whose path is printed.
    """
    settings = settings_for(context, index_dir)
    from citebot.assembly import open_store

    with open_store(settings) as store:
        article = store.article(article_id)
        passages = store.article_passages(article_id)
    if article is None:
        raise CitebotError(_unknown_article(article_id))
    if as_html:
        print(_write_comparison(article, output, allow_private))
        return
    fields = source_json(article.source)
    if as_json:
        spans = [{"id": p.id, "start": p.start, "end": p.end, "heading": p.heading} for p in passages]
        print_json({**fields, "text": article.text, "passages": spans})
        return
    for name, value in fields.items():
        if value is not None:
            print(f"{name + ':':12} {clean(str(value))}")
    print(f"{'passages:':12} {len(passages)}\n")
    print("\n".join(clean(line) for line in article.text.splitlines()))


def _write_comparison(article: "Article", output: Path | None, allow_private: bool) -> Path:
    """Write the stored text beside its page into an HTML file; its path."""
    from citebot.cli.page_comparison import comparison_page
    from index.errors import LoadError
    from index.loading.fetch_again import page_of
    from index.loading.html.comparison import shown_blocks

    try:
        blocks = shown_blocks(page_of(article.source, allow_private=allow_private), article.text)
    except LoadError as error:
        raise CitebotError(error.reason) from error
    if output is None:
        handle, name = tempfile.mkstemp(prefix="citebot-", suffix=".html")
        os.close(handle)
        output = Path(name)
    output.write_text(comparison_page(article, blocks), "utf-8")
    return output


@app.command()
def remove(
    context: typer.Context,
    article_ids: Annotated[list[str] | None, typer.Argument(metavar="ID...")] = None,
    collection: Annotated[
        str | None, typer.Option(help="In place of ids: all articles of this collection, and its sources.")
    ] = None,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Forget articles. Exit code 1 if one of the ids is unknown; the others are removed."""
    if bool(article_ids) == bool(collection):
        raise UsageError("remove needs the ids of articles, or --collection")
    settings = settings_for(context, index_dir)
    from citebot.assembly import open_sources, open_store
    from index.sources.removal import remove_collection

    removed: list[str] = []
    unknown: list[str] = []
    with open_store(settings) as store:
        if collection:
            with open_sources(settings) as database:
                removed = remove_collection(collection, store, database)
        for article_id in article_ids or ():
            (removed if store.remove_article(article_id) else unknown).append(article_id)
    if as_json:
        print_json({"removed": removed, "unknown": unknown})
    elif removed:
        print(f"removed {len(removed)}")
    for article_id in unknown:
        warn(_unknown_article(article_id))
    if unknown:
        raise typer.Exit(FAILURE)


@app.command()
def stats(context: typer.Context, as_json: Json = False, index_dir: IndexDir = None) -> None:
    """How much is stored, with which embedder, and how much room it takes."""
    settings = settings_for(context, index_dir)
    from citebot.assembly import open_store

    with open_store(settings) as store:
        found = store.stats()
        older = _warn_of_older_readers(store)
    if as_json:
        print_json(
            {
                "directory": str(settings.index_dir),
                **dataclasses.asdict(found),
                "read_by_older_version": older,
            }
        )
        return
    print(f"directory    {settings.index_dir}")
    print(f"articles     {found.count.articles:,}")
    print(f"passages     {found.count.passages:,}")
    for name, count in found.per_collection.items():
        print(f"  {clean(name)}: {counted(count.articles, count.passages)}")
    print(f"embedder     {found.embedder}, {found.dimension} dimensions")
    print(f"generation   {found.generation}")
    for name, size in (
        ("truth", found.truth_bytes),
        ("dense", found.dense_bytes),
        ("keyword", found.keyword_bytes),
    ):
        print(f"{name:12} {size / 2**20:.1f} MiB")


@app.command()
def verify(context: typer.Context, as_json: Json = False, index_dir: IndexDir = None) -> None:
    """Prove that the stored articles and both search indexes agree; build anew what does not.

    Exit code 1 if they still do not agree, because an article itself is damaged.
    """
    settings = settings_for(context, index_dir)
    from citebot.assembly import open_store

    with open_store(settings) as store:
        verdict = store.repair()
        count = store.count()
        _warn_of_older_readers(store)
    if as_json:
        print_json({"ok": not verdict.problems, "problems": verdict.problems, "repaired": verdict.repaired})
    else:
        for line in verdict.repaired + verdict.problems:
            print(line)
        if not verdict.problems:
            print(f"all agree: {counted(count.articles, count.passages)}")
    if verdict.problems:
        raise typer.Exit(FAILURE)


@app.command()
def rebuild(
    context: typer.Context,
    embed: Annotated[
        bool, typer.Option("--embed", help="Cut and embed every article anew even if nothing asks for it.")
    ] = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Derive the search indexes anew; with another embedding model, embed every article again."""
    settings = settings_for(context, index_dir)
    from citebot.assembly import embedder_for, open_store
    from citebot.cli.progress import show_progress
    from index.errors import StoreMismatch
    from index.ingest import reembed

    total = _count_articles(settings)
    embedder = embedder_for(settings)
    try:
        with open_store(settings, embedder) as store:
            if not embed:
                store.rebuild()
    except StoreMismatch:
        embed = True
    if embed:
        with show_progress(total) as on_progress:
            reembed(settings.index_dir, embedder, on_progress=on_progress)
    with open_store(settings) as store:
        count = store.count()
    if as_json:
        print_json({"articles": count.articles, "passages": count.passages, "embedded": embed})
    else:
        how = "embedded anew" if embed else "search indexes built anew"
        print(f"{how}: {counted(count.articles, count.passages)}")


def _print_report(report: "IngestReport") -> None:
    for kind in ("added", "replaced", "skipped", "removed", "failed"):
        count = len(getattr(report, kind))
        if count or kind == "added":
            print(f"{kind:9} {count:,}")
    print_failures_and_notes(report)


def print_failures_and_notes(report: "IngestReport | RefreshReport | Refreshed") -> None:
    for failure in report.failed[:SHOWN_FAILURES]:
        print(f"  {clean(failure.origin)}: {clean(failure.reason)}")
    if len(report.failed) > SHOWN_FAILURES:
        print(f"  and {len(report.failed) - SHOWN_FAILURES:,} more; --json lists all")
    for note in report.notes[:SHOWN_FAILURES]:
        print(f"  {clean(note.origin)}: {clean(note.note)}")
    if len(report.notes) > SHOWN_FAILURES:
        print(f"  and {len(report.notes) - SHOWN_FAILURES:,} more notes; --json lists all")


def _count_articles(settings: "Settings") -> int:
    from citebot.assembly import open_store

    with open_store(settings) as store:
        return store.count().articles


def rechunk_if_outdated(settings: "Settings", embedder: "Embedder") -> None:
    """Chunk and embed all articles again if this version cuts passages differently."""
    from citebot.assembly import open_store
    from citebot.cli.progress import show_progress
    from index.errors import PassagesOutdated
    from index.ingest import reembed

    try:
        with open_store(settings, embedder):
            return
    except PassagesOutdated:
        total = _count_articles(settings)
    warn(f"this version of Citebot cuts passages otherwise: {total:,} articles are cut and embedded anew")
    with show_progress(total) as on_progress:
        reembed(settings.index_dir, embedder, on_progress=on_progress)


def _warn_of_older_readers(store: "Store") -> int:
    """Warn of articles that an older version loaded; their number."""
    from index.refresh import OLDER_READERS, read_by_older

    count = len(read_by_older(store))
    if count:
        warn(OLDER_READERS.format(count=count))
    return count


def _unknown_article(article_id: str) -> str:
    return f"there is no article {article_id!r}: `citebot index list` shows those there are"
