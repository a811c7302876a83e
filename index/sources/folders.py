"""A folder that is followed: its files by name, time and size."""

from pathlib import Path

from index.ingest import IngestReport, ingest, removed_files
from index.loading.files import files_of
from index.loading.isolated import ReadingApart
from index.sources.database import FollowedSource, Item
from index.sources.outcome import Refreshed, Refreshing


def refresh_folder(source: FollowedSource, work: Refreshing) -> Refreshed:
    """Store the files that are new or changed, remove those that are gone."""
    now, folder = work.now(), Path(source.address)
    known = work.database.items(source.id)
    if not folder.is_dir():
        return work.failed(source, "no such folder: is its disk attached? its articles stay")
    versions = {str(path): _version_of_file(path) for path in files_of(folder)}
    changed = [path for path, version in versions.items() if version != _version(known.get(path))]
    report = IngestReport()
    if changed or known.keys() - versions.keys():
        reading = ReadingApart(
            changed,
            collection=source.collection,
            ocr_languages=work.ocr_languages,
            going_on=work.going_on,
        )
        with reading:
            report = ingest(
                reading.articles(),
                work.store,
                work.embedder,
                remove=removed_files(folder, work.store),
                on_progress=work.on_progress,
                cut=reading.passages,
            )
    ids = {str(Path(one.path).absolute()): one.article_id for one in work.store.sources() if one.path}
    items = (
        Item(path, None, versions[path], now, ids.get(path), visited_at=now)
        for path in changed
        if work.going_on()
    )
    work.database.store_items(source.id, items)
    work.database.forget_items(source.id, sorted(known.keys() - versions.keys()))
    done = _refreshed(source, report, unchanged=len(versions) - len(changed))
    done.removed.extend(one for one in work.outlived(source) if work.store.remove_article(one))
    return work.succeeded(source, done)


def _refreshed(source: FollowedSource, report: IngestReport, unchanged: int) -> Refreshed:
    return Refreshed(
        source,
        report.added,
        report.replaced,
        report.removed,
        unchanged + len(report.skipped),
        0,
        report.failed,
        report.notes,
    )


def _version(item: Item | None) -> str | None:
    return item.version if item else None


def _version_of_file(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_mtime_ns}-{stat.st_size}"
