"""The broker that is a folder, made safe for several processes: a message is there whole, or not at all.

kombu's own transport opens a message's file under its final name before it writes: a reader that comes between takes
an empty message, and a worker ends of it."""

from __future__ import annotations

import json
import logging
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem

QUEUE = "mlops"


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        place = Path(self.data_folder_out, name)
        _write(place, json.dumps(payload).encode())

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)  # type: ignore[no-untyped-call]
        except ValueError:  # cut short by a full disk: a lost call is a delay, the regular look finds the work
            raise Empty from None


class Transport(filesystem.Transport):
    Channel = Channel


def install(folder: Path) -> None:
    """For this process; before Celery connects. `folder` is the broker's."""
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)  # it misses a host name, which a folder has not
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
    control = folder / "control"
    control.mkdir(parents=True, exist_ok=True)
    binding = control / f"{QUEUE}.exchange"
    if not binding.exists():  # else the first two processes would write it at the same time
        _write(binding, json.dumps([[QUEUE, "", QUEUE]]).encode())


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(place)
