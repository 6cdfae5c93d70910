"""The collection that is in force: read anew, without a restart, when serving.json says another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from mlops.formats.collection import Collecting
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.scoring.collecting import note as noting
from mlops.scoring.collecting.collector import Collector, Headers
from mlops.scoring.collecting.note import Header, Note
from mlops.scoring.spool.writer import Spool

_LOOK_SECONDS = 1.0


class Present:
    """`told` is what the deployment asks for; `collector` is None where nothing is (or can be) kept."""

    def __init__(self, folder: Path, serving: Serving, *, log: Callable[[str], None]) -> None:
        """`log` is told why nothing can be kept."""
        self.told: Collecting | None = None
        self.collector: Collector | None = None
        self._file = folder / SERVING_FILE
        self._serving = serving
        self._log = log
        self._seen = self._mark()
        self._use(serving.collection)

    @property
    def spool(self) -> Spool | None:
        return self.collector.spool if self.collector is not None else None

    def note(self, headers: Headers) -> Note | None:
        """Of a request that begins, set for whoever answers it; None where it is not to be kept."""
        if self.collector is None:
            return None
        note = self.collector.note(headers)
        noting.current.set(note)
        return note

    def keep(self, note: Note | None) -> tuple[Header, ...]:
        """Written when this returns, where it was not yet; the headers that the answer gets for it."""
        if note is None:
            return ()
        if note.header is None:
            note.keeper.keep((note,))
        return (note.header,) if note.header is not None else ()

    def seal(self) -> None:
        if self.collector is not None:
            self.collector.spool.seal()

    async def watch(self, read: Callable[[], Serving]) -> None:
        """For as long as the server lives. What cannot be read changes nothing. `read` reads serving.json."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            mark = self._mark()
            if mark is None or mark == self._seen:
                continue
            self._seen = mark
            try:
                told = read().collection
            except Exception as error:
                self._log(f"{SERVING_FILE} cannot be read, and the collection stays as it was: {error}.")
                continue
            if told != self.told:
                self.seal()
                self._use(told)

    def _use(self, told: Collecting | None) -> None:
        """A server whose spool cannot be had serves all the same."""
        self.told, self.collector = told, None
        if told is None or not told.settings.is_enabled:
            return
        try:
            self.collector = Collector(self._serving, told)
        except OSError as error:
            self._log(f"Nothing is collected: {error}.")

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)
