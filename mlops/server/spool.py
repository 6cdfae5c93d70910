"""The broker that is a folder, made safe for several processes: a message is there whole, or not at all.

kombu's own transport opens a message's file under its final name before it writes: a reader that comes between takes
an empty message, and a worker ends of it."""

from __future__ import annotations

import json
import logging
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES, filesystem

from mlops.server.bell import LONGEST_SECONDS, Bell

QUEUE = "mlops"
PART_SECONDS = 60.0
"""More than a message takes to be written, or to be read."""
TAKEN = ".taken"
POLL_SECONDS = 0.05
"""Between two looks at what lies there and could not be taken."""

SCHEME = "mlops-spool"
URL = f"{SCHEME}://"


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        place = Path(self.data_folder_out, name)
        _write(place, json.dumps(payload).encode())

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message. It is taken by a new name in its own folder: kombu moves it to the folder for temporary
        files, which on another file system is a copy that two readers may both make."""
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f".{name}{TAKEN}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:  # another reader was faster
                continue
            content = taken.read_bytes()
            taken.unlink()
            with suppress(ValueError):  # cut short by a full disk: the regular look finds the work of a lost call
                return json.loads(content)
        raise Empty

    def is_empty(self) -> bool:
        return not any(name.endswith(".msg") for name in os.listdir(self.data_folder_in))

    def bell(self) -> Bell:
        return Bell(Path(self.data_folder_in), pause_seconds=POLL_SECONDS)


class Transport(filesystem.Transport):
    Channel = Channel
    _bell: Bell | None = None

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]
        """As kombu's, which looks twenty times a second whether or not anything came."""
        until = None if timeout is None else time.monotonic() + timeout
        if self._bell is None and self.channels:
            self._bell = self.channels[0].bell()
        while True:
            try:
                self.cycle.get(self._deliver, timeout=timeout)  # type: ignore[union-attr]
                return
            except Empty:
                left = LONGEST_SECONDS if until is None else until - time.monotonic()
                if left <= 0:
                    raise TimeoutError from None
                # What lies there and was not taken, because all places are full, does not ring once more.
                if self._bell is None or not all(channel.is_empty() for channel in self.channels):
                    time.sleep(min(left, POLL_SECONDS))
                else:
                    self._bell.wait(left)

    def close_connection(self, connection: Any) -> None:
        super().close_connection(connection)  # type: ignore[no-untyped-call]
        if self._bell is not None:
            self._bell.close()
            self._bell = None


# A name of its own: kombu remembers what a name once meant, so “filesystem” could not be given a new meaning.
TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


def install(app: Celery, folder: Path) -> None:
    """Has the application use this transport. `folder` is the broker's; another broker stays as it is."""
    if not str(app.conf.broker_url).startswith("filesystem:"):
        return
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)  # it misses a host name, which a folder has not
    app.conf.broker_url = URL
    prepare(folder)


def prepare(folder: Path) -> None:
    """Binds the queue before there is anybody to do it, else the first two processes would write it at once; removes
    what killed processes were writing and reading."""
    control = folder / "control"
    control.mkdir(parents=True, exist_ok=True)
    for part in (*(folder / "queue").glob(".*.part"), *(folder / "queue").glob(f".*{TAKEN}")):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > PART_SECONDS:
                part.unlink()
    binding = control / f"{QUEUE}.exchange"
    if not binding.exists():
        _write(binding, json.dumps([[QUEUE, "", QUEUE]]).encode())


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(place)
