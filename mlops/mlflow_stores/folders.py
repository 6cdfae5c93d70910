"""The files below a folder that anybody may have filled: plain files alone, never by way of a link."""

from __future__ import annotations

import os
from pathlib import Path

from mlops.confinement.insides import open_inside
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.mlflow_stores.values import Lying

MOST_FILES = 200_000
CHUNK_BYTES = 1 << 20


def lying_in(folder: Path) -> list[Lying]:
    """Sorted by path. Raises Refusal `too_many_files`."""
    found: list[Lying] = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = list(os.scandir(folder / below))
        except OSError:
            continue
        for entry in entries:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                found.append(Lying(path, entry.stat(follow_symlinks=False).st_size))
        if len(found) > MOST_FILES:
            raise Refusal(
                "too_many_files",
                _("There are more than %(most_files)s files in “%(name)s”.")
                % {"most_files": f"{MOST_FILES:,}", "name": folder.name},
                status=422,
            )
    return sorted(found, key=lambda one: one.path)


def copied(folder: Path, path: str, target: Path) -> int:
    """Bytes of the file at `path`, of which no part is a link. Raises Refusal `no_plain_file`."""
    try:
        opened = open_inside(folder, path)
    except (OSError, ValueError) as error:
        raise Refusal(
            "no_plain_file", _("“%(path)s” is no plain file that can be read.") % {"path": path[:200]}, status=422
        ) from error
    size = 0
    with opened as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK_BYTES):
            size += sink.write(chunk)
    return size
