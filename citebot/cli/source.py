"""`citebot source ...`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from citebot.cli.index import AllowPrivate, print_failures_and_notes, rechunk_if_outdated
from citebot.cli.options import IndexDir, Json, print_json, remember_index_dir, settings_for
from citebot.cli.output import clean
from citebot.errors import FAILURE, CitebotError

if TYPE_CHECKING:
    from citebot.settings import Settings
    from index.sources.database import FollowedSource
    from index.sources.outcome import Refreshed

app = typer.Typer(help="Follow feeds, sitemaps, pages and folders: what changes there changes in the index.")
app.callback(invoke_without_command=True)(remember_index_dir)

LEAST_MINUTES = 5
SourceId = Annotated[int, typer.Argument(metavar="ID", help="As `citebot source list` shows it.")]


@app.command()
def add(
    context: typer.Context,
    addresses: Annotated[
        list[str],
        typer.Argument(
            metavar="ADDRESS...",
            help="Feeds (RSS, Atom, JSON), sitemaps, OPML lists, web pages, folders. "
            "Of a page that names a feed, the feed.",
        ),
    ],
    collection: Annotated[str, typer.Option(help="The collection the articles belong to.")] = "public",
    every: Annotated[int, typer.Option(min=LEAST_MINUTES, metavar="MINUTES", help="How often to look.")] = 30,
    keep_days: Annotated[int | None, typer.Option(min=1, help="Remove articles that are older.")] = None,
    keep_articles: Annotated[
        int | None, typer.Option(min=1, help="Keep so many articles, the newest.")
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Watch the page itself, not the feed it names.")
    ] = False,
    allow_private: AllowPrivate = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Follow sources. `citebot source refresh` reads them for the first time, `citebot run` by itself.

    Exit code 1 if one cannot be followed; the others are all the same.
    """
    settings = settings_for(context, index_dir)
    from citebot.assembly import open_sources
    from index.errors import SourceError
    from index.sources.database import FollowedSource, SourceKind
    from index.sources.following import follow

    added: list[FollowedSource] = []
    failed: list[str] = []
    with open_sources(settings) as database:
        for address in addresses:
            asked = FollowedSource(
                address,
                SourceKind.PAGE,
                collection=collection,
                allow_private=allow_private,
                every=timedelta(minutes=every),
                keep_days=keep_days,
                keep_articles=keep_articles,
            )
            try:
                added += follow(asked, database, as_page=page)
            except SourceError as error:
                failed.append(str(error))
    if as_json:
        print_json({"added": [_as_json(source) for source in added], "failed": failed})
    else:
        for source in added:
            print(f"{source.id}  {source.kind}  {_described(source)}")
        for reason in failed:
            print(f"  {clean(reason)}")
    if failed:
        raise typer.Exit(FAILURE)


@app.command("list")
def list_sources(context: typer.Context, as_json: Json = False, index_dir: IndexDir = None) -> None:
    """All sources: how many articles each has, when it was read last and what went wrong."""
    settings = settings_for(context, index_dir)
    from citebot.assembly import open_sources

    with open_sources(settings) as database:
        sources, counts = database.sources(), database.article_counts()
    if as_json:
        print_json([{**_as_json(source), "articles": counts.get(source.id, 0)} for source in sources])
        return
    if not sources:
        print("no sources: `citebot source add ADDRESS` follows one")
    for source in sources:
        checked = f"read {source.checked_at:%Y-%m-%d %H:%M} UTC" if source.checked_at else "not read yet"
        count = counts.get(source.id, 0)
        print(f"{source.id}  {source.kind}  {_described(source)}: {count:,} articles, {checked}")
        if source.paused:
            print(f"   paused: {clean(source.paused)}; `citebot source resume {source.id}`")
        elif source.error:
            print(f"   {clean(source.error)} (tried {source.failures} times)")


@app.command()
def remove(
    context: typer.Context,
    source_id: SourceId,
    with_articles: Annotated[
        bool, typer.Option("--with-articles", help="Remove its articles too, those that no other has.")
    ] = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Follow a source no longer. Its articles stay, unless asked otherwise."""
    settings = settings_for(context, index_dir)
    from citebot.assembly import open_sources, open_store

    with open_sources(settings) as database:
        ids = database.remove(source_id)
    removed = []
    if with_articles and ids:
        with open_store(settings) as store:
            removed = [article_id for article_id in ids if store.remove_article(article_id)]
    if as_json:
        print_json(
            {"removed": source_id, "articles_removed": removed, "articles_left": len(ids) - len(removed)}
        )
    else:
        kept = len(ids) - len(removed)
        print(f"removed source {source_id}; articles removed: {len(removed):,}, kept: {kept:,}")


@app.command()
def pause(
    context: typer.Context, source_id: SourceId, as_json: Json = False, index_dir: IndexDir = None
) -> None:
    """Leave a source alone until `resume`."""
    _set_paused(settings_for(context, index_dir), source_id, "by hand", as_json)


@app.command()
def resume(
    context: typer.Context, source_id: SourceId, as_json: Json = False, index_dir: IndexDir = None
) -> None:
    """Read a paused source again."""
    _set_paused(settings_for(context, index_dir), source_id, "", as_json)


@app.command()
def refresh(
    context: typer.Context,
    source_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID...]", help="All that are not paused, without.")
    ] = None,
    every_page: Annotated[
        bool, typer.Option("--every-page", help="Look at each page, also where nothing says that it changed.")
    ] = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Read sources now: store what is new or changed, remove what is gone. Exit code 1 if anything failed."""
    settings = settings_for(context, index_dir)
    from citebot.assembly import embedder_for, open_sources, open_store
    from citebot.cli.progress import show_progress
    from index.sources.refresh import Refresher

    embedder = embedder_for(settings)
    rechunk_if_outdated(settings, embedder)
    with open_sources(settings) as database, open_store(settings, embedder) as store:
        sources = [database.source(id) for id in source_ids or ()]
        sources = sources or [source for source in database.sources() if not source.paused]
        if not sources:
            raise CitebotError("no sources to read: `citebot source list` shows those there are")
        with show_progress() as on_progress:
            refresher = Refresher(
                database, store, embedder, ocr_languages=settings.ocr_languages, on_progress=on_progress
            )
            done = refresher.refresh(sources, every_page=every_page)
        store.flush()
    if as_json:
        print_json([_refreshed_as_json(one) for one in done])
    else:
        for one in done:
            _print_refreshed(one)
    if any(one.error or one.failed for one in done):
        raise typer.Exit(FAILURE)


def _set_paused(settings: "Settings", source_id: int, reason: str, as_json: bool) -> None:
    from dataclasses import replace

    from citebot.assembly import open_sources

    def changed(source: "FollowedSource") -> "FollowedSource":
        source = replace(source, paused=reason)
        return source if reason else replace(source, failures=0, next_at=None)

    with open_sources(settings) as database:
        source = database.update(source_id, changed)
    if as_json:
        print_json(_as_json(source))
    else:
        print(f"{'paused' if reason else 'resumed'} {_described(source)}")


def _print_refreshed(one: "Refreshed") -> None:
    counts = {
        "added": len(one.added),
        "replaced": len(one.replaced),
        "removed": len(one.removed),
        "failed": len(one.failed),
    }
    said = [f"{count:,} {name}" for name, count in counts.items() if count]
    said += [f"{one.waiting:,} waiting for the next refresh"] if one.waiting else []
    said += [f"{one.unchanged:,} unchanged"] if one.unchanged or not said else []
    print(f"{one.source.id}  {_described(one.source)}: {clean(one.error) or ', '.join(said)}")
    if one.just_paused:
        print(f"   paused; `citebot source resume {one.source.id}` reads it again")
    print_failures_and_notes(one)


def _described(source: "FollowedSource") -> str:
    address = source.address
    if "://" not in address and Path(address).is_relative_to(Path.cwd()):
        address = str(Path(address).relative_to(Path.cwd()))
    return clean(f"{source.title}, {address}" if source.title else address)


def _as_json(source: "FollowedSource") -> dict[str, Any]:
    return {
        "id": source.id,
        "kind": source.kind,
        "address": source.address,
        "title": source.title,
        "collection": source.collection,
        "every_minutes": int(source.every.total_seconds() // 60),
        "keep_days": source.keep_days,
        "keep_articles": source.keep_articles,
        "paused": source.paused or None,
        "failures": source.failures,
        "error": source.error or None,
        "checked_at": _moment(source.checked_at),
        "next_at": _moment(source.next_at),
    }


def _refreshed_as_json(one: "Refreshed") -> dict[str, Any]:
    return {
        **_as_json(one.source),
        "added": one.added,
        "replaced": one.replaced,
        "removed": one.removed,
        "unchanged": one.unchanged,
        "waiting": one.waiting,
        "failed": [{"origin": each.origin, "reason": each.reason} for each in one.failed],
        "notes": [{"origin": each.origin, "note": each.note} for each in one.notes],
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
