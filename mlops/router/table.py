"""The routing table's file: read again when it changes; a broken one leaves the last good one in force."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from mlops.formats.serving import RoutingTable


class TableFile:
    """`trouble` says why the file could not be read; empty when it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self.trouble = f"The routing table {path.name} has not been read yet."

    def changed(self) -> RoutingTable | None:
        """The new table when the file changed and is sound, else None."""
        try:
            stat = os.stat(self._path)
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen == self._seen:
                return None
            table = msgspec.json.decode(self._path.read_bytes(), type=RoutingTable)
        except FileNotFoundError:
            self._seen = None
            self.trouble = f"There is no routing table {self._path.name}."
            return None
        except (OSError, msgspec.DecodeError) as error:
            self.trouble = f"The routing table {self._path.name} cannot be read: {error}."
            return None
        self._seen = seen
        self.trouble = ""
        return table
