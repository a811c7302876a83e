"""Reading sources again: what is new or changed is stored, what is gone removed, the rest costs nothing."""

from collections.abc import Sequence
from itertools import groupby

from filelock import FileLock, Timeout

from index.errors import SourceError
from index.loading.isolated import ReadingApart
from index.sources.database import FollowedSource, SourceKind
from index.sources.folders import refresh_folder
from index.sources.listed import ListedSources
from index.sources.outcome import Refreshed, Refreshing


class Refresher(Refreshing):
    """Refreshes the sources of one index."""

    def due(self) -> list[FollowedSource]:
        """The sources whose time has come."""
        now = self.now()
        return [
            source
            for source in self.database.sources()
            if not source.paused
            and source.kind is not SourceKind.CHANNEL
            and (source.next_at is None or source.next_at <= now)
        ]

    def refresh(self, sources: Sequence[FollowedSource], *, every_page: bool = False) -> list[Refreshed]:
        """Read these sources again, whether they are due or not. Raises StoreError and EmbeddingError,
        SourceError while another process reads some.

        `every_page`: look at each page, also where nothing says that it changed. Interrupted at any
        moment, the next refresh does what is left.
        """
        lock = FileLock(self.database.lock_path)
        try:
            with lock.acquire(timeout=0):
                return self._refresh(sources, every_page)
        except Timeout:
            raise SourceError("another process is reading sources: let it finish, then try again") from None

    def _refresh(self, sources: Sequence[FollowedSource], every_page: bool) -> list[Refreshed]:
        done = [Refreshed(source) for source in sources if source.kind is SourceKind.CHANNEL]
        by_reading = sorted((one for one in sources if one.kind is not SourceKind.CHANNEL), key=_reading)
        for _, group in groupby(by_reading, key=_reading):
            together = list(group)
            folders = [source for source in together if source.kind is SourceKind.FOLDER]
            visited = [source for source in together if source.kind is not SourceKind.FOLDER]
            done += [refresh_folder(folder, self) for folder in folders]
            if visited:
                with self._reading(visited[0]) as reading:
                    done += ListedSources(self).refresh(visited, every_page, reading)
        return sorted(done, key=lambda one: one.source.id)

    def _reading(self, source: FollowedSource) -> ReadingApart:
        return ReadingApart(
            collection=source.collection,
            allow_private=source.allow_private,
            ocr_languages=self.ocr_languages,
            pace_s=self.pace_s,
            going_on=self.going_on,
        )


def _reading(source: FollowedSource) -> tuple[str, bool]:
    """What sources that are read together have in common."""
    return source.collection, source.allow_private
