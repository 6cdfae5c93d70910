"""A name of its own for each process that writes files into a data directory which others share.

The host's name alone will not do: containers may be given the same one, and one machine may run two of a part. Who
comes first has it, the next adds a number; a lock, which the system lets go however its holder ends, tells them
apart."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from mlops.trail.process import MACHINE

FORGOTTEN_SECONDS = 24 * 3600.0


class Claim(NamedTuple):
    name: str
    path: Path
    file: IO[str]
    """Open: the lock."""


def claim(folder: Path) -> Claim:
    """Held until its file is closed. Where a file system knows no locks, everybody has the host's name."""
    folder.mkdir(parents=True, exist_ok=True)
    _forget(folder)
    name = host = socket.gethostname()
    number = 1
    while (file := _locked(folder / name)) is None:
        number += 1
        name = f"{host}-{number}"
    file.truncate(0)
    file.write(MACHINE)
    file.flush()
    return Claim(name, folder / name, file)


def held_here(folder: Path) -> Iterator[Path]:
    """Of processes of this machine, or of this container, that live."""
    for path in _files(folder):
        with contextlib.suppress(FileNotFoundError):
            if path.read_text(encoding="utf-8") == MACHINE and _is_held(path):
                yield path


def _locked(path: Path) -> IO[str] | None:
    """None where another holds it."""
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        except OSError:
            return file
        if _is_there(path, file):
            return file
        file.close()  # it was forgotten just now


def _is_there(path: Path, file: IO[str]) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _is_held(path: Path) -> bool:
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def _forget(folder: Path) -> None:
    """What was left by those that are gone for long: each new container has another name."""
    for path in _files(folder):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS and (file := _locked(path)):
                path.unlink(missing_ok=True)
                file.close()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
