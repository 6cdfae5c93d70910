"""A small disk for the data directory, in memory, which can be filled to its last byte. Needs root."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

SIZE = "500m"
PIECE_BYTES = 1024 * 1024
FILLER = "filler"


class Disk:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(folder)], check=True)

    def fill(self) -> int:
        """How many bytes were free."""
        size, piece = 0, PIECE_BYTES
        with (self._folder / FILLER).open("wb", buffering=0) as file:
            while piece >= 1:
                try:
                    os.posix_fallocate(file.fileno(), size, piece)
                    size += piece
                except OSError:
                    piece //= 16
        return size

    def empty(self) -> None:
        (self._folder / FILLER).unlink(missing_ok=True)

    def remove(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            subprocess.run(["umount", "--lazy", str(self._folder)], check=True)
