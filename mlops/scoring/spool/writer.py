"""Writes records into a spool within its bounds: what does not fit is counted, and told with the first that fits."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import traceback
import uuid
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from mlops.formats.spool import MAGIC, Record, frame
from mlops.scoring.spool.folder import seal_left, used_bytes
from mlops.scoring.spool.segments import Segment

MOST_SEGMENT_BYTES = 4 * 1024 * 1024
MOST_WRITE_BYTES = 16 * 1024 * 1024
LEAST_FREE_BYTES = 64 * 1024 * 1024
"""Of the disk: the server that collects leaves it to the others."""
_LOOK_SECONDS = 1.0
"""While records come, how often the folder is looked at."""
_SEAL_SECONDS = ((100, 1.0), (1000, 10.0))
"""Up to so many segments in the folder one is sealed after so long: the more wait, the fewer are made."""
_MOST_SEAL_SECONDS = 60.0


class Spool:
    """Of one process. `write` never raises; the rest of the folder is looked at beside the requests."""

    def __init__(self, folder: Path, *, most_bytes: int, empty: Record) -> None:
        """`empty`: a record with the names of the deployment, from which that of lost rows is made. Raises OSError
        where the folder cannot be had."""
        folder.mkdir(parents=True, exist_ok=True)
        self.written = 0
        self.lost = 0
        self.used_bytes = 0
        self.trouble = ""
        """Why nothing can be kept just now; empty while there is room."""
        self._folder = folder
        self._most_bytes = most_bytes
        self._empty = empty
        self._untold = 0
        self._why = ""
        self._count = 0
        self._segment: Segment | None = None
        self._sealing: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._learn(_look(folder))

    def write(self, framed: Sequence[bytes]) -> bool:
        """Whether these records are kept, all or none: once this has returned True, the death of the process does not
        lose them."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._look_once())
        whole = framed[0] if len(framed) == 1 else b"".join(framed)
        try:
            if len(whole) > MOST_WRITE_BYTES:
                raise OSError(0, f"{len(whole):,} bytes at once are more than {MOST_WRITE_BYTES:,}")
            if self.trouble:
                raise OSError(0, self.trouble)
            if self.used_bytes + len(whole) > self._most_bytes:
                self.trouble = self._full()
                raise OSError(0, self.trouble)
            self._append(self._told() + whole if self._untold else whole)
        except OSError as error:
            self.lose(error, len(framed))
            return False
        self.written += len(framed)
        return True

    def seal(self) -> None:
        """What was written may be taken now."""
        if self._sealing is not None:
            self._sealing.cancel()
            self._sealing = None
        segment, self._segment = self._segment, None
        if segment is not None:
            self._count += 1
            try:
                segment.seal()
            except OSError as error:
                print(f"A segment of the spool could not be sealed: {error}", file=sys.stderr, flush=True)

    def _append(self, framed: bytes) -> None:
        segment = self._segment
        if segment is None:
            segment = self._segment = Segment(self._folder)
            self.used_bytes += len(MAGIC)
            self._sealing = asyncio.get_running_loop().call_later(self._seal_seconds(), self.seal)
        segment.append(framed)
        self.used_bytes += len(framed)
        self._untold = 0
        if segment.size_bytes >= MOST_SEGMENT_BYTES:
            self.seal()

    def _told(self) -> bytes:
        """What says how many were lost before, to be written with the next that is kept."""
        at = time.time_ns() // 1000
        key = f"lost-{uuid.uuid4().hex}"
        return frame(replace(self._empty, at=at, key=key, dropped=self._untold, reason=self._why))

    def lose(self, error: Exception, count: int = 1) -> None:
        if not self._untold:
            print(f"A request was not collected: {error}.", file=sys.stderr, flush=True)
        self.lost += count
        self._untold += count
        text = error.strerror if isinstance(error, OSError) else f"a value cannot be written ({error})"
        self._why = text or str(error)

    def _full(self) -> str:
        return f"{self._most_bytes:,} bytes wait to be taken, which is the limit of this deployment"

    def _seal_seconds(self) -> float:
        return next((seconds for most, seconds in _SEAL_SECONDS if self._count < most), _MOST_SEAL_SECONDS)

    async def _look_once(self) -> None:
        try:
            await asyncio.sleep(_LOOK_SECONDS)
            self._learn(await asyncio.to_thread(_look, self._folder))
        except Exception:
            traceback.print_exc()
        finally:
            self._looking = None

    def _learn(self, found: tuple[int, int, int]) -> None:
        self.used_bytes, self._count, free = found
        if self.used_bytes >= self._most_bytes:
            self.trouble = self._full()
        elif free < LEAST_FREE_BYTES:
            self.trouble = f"The disk has only {free:,} bytes left"
        else:
            self.trouble = ""


def _look(folder: Path) -> tuple[int, int, int]:
    """Bytes and number of its files, and what the disk has left. Dead processes' segments are sealed."""
    folder.mkdir(parents=True, exist_ok=True)
    seal_left(folder)
    disk = os.statvfs(folder)
    return (*used_bytes(folder), disk.f_bavail * disk.f_frsize)
