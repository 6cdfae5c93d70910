"""The files of a folder that anybody's code may have filled: only what is a plain file, never by way of a link.

Also how such a folder is removed, however deep it is."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from django.utils.translation import gettext as _

from mlops.confinement import insides
from mlops.formats.inner_paths import inner_path
from mlops.formats.refusal import Refusal

MOST_FILES = 200_000


def plain_files(folder: Path, *, most: int = MOST_FILES) -> Iterator[str]:
    """Their paths within the folder. Raises Refusal `too_many_files`, `name_unusable`."""
    if folder.is_symlink():
        return
    count, waiting = 0, [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(folder / below) as entries:
            for entry in entries:
                path = f"{below}/{entry.name}" if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(_kept(path))
                elif entry.is_file(follow_symlinks=False):
                    count += 1
                    if count > most:
                        raise _too_many(most)
                    yield _kept(path)


def open_plain(path: Path) -> BinaryIO:
    """Raises Refusal `no_plain_file` for what has become a link or a pipe, or has a second name elsewhere."""
    try:
        place = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _no_plain_file(path) from error
    if not stat.S_ISREG(os.fstat(place).st_mode):
        os.close(place)
        raise _no_plain_file(path)
    return open(place, "rb")


def open_inside(folder: Path, path: str) -> BinaryIO:
    """As `open_plain`, while somebody's program may still be moving folders: no part of `path` is a link.

    `folder` itself is one that the program cannot exchange. Raises Refusal `no_plain_file`."""
    try:
        return insides.open_inside(folder, path)
    except OSError as error:
        raise _no_plain_file(folder / path) from error


def remove_folder(folder: Path) -> None:
    """All of it, without an error. What is too deep for a path is brought up first, so no depth is too much."""
    waiting, known = [folder], {folder}
    while waiting:
        current = waiting[-1]
        inner = [path for path in _emptied(current, folder) if path not in known]
        if inner:
            waiting += inner
            known.update(inner)
            continue
        waiting.pop()
        with contextlib.suppress(OSError):
            current.rmdir()


def _emptied(current: Path, top: Path) -> list[Path]:
    """Removes the files; gives the folders in it, each at the top by now."""
    inner = []
    with contextlib.suppress(OSError):
        with contextlib.suppress(OSError):
            current.chmod(0o700)
        with os.scandir(current) as entries:
            found = list(entries)
        for entry in found:
            with contextlib.suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                raised = top / f"gone-{uuid4().hex}"
                if current == top:
                    raised = Path(entry.path)
                else:
                    os.rename(entry.path, raised)
                inner.append(raised)
    return inner


def _kept(path: str) -> str:
    """As it is. A backslash is a sign like any other in a name here; elsewhere it would part names."""
    if "\\" in path:
        raise Refusal(
            "name_unusable",
            _("“%(path)s” cannot be kept: its name holds a backslash.") % {"path": path[:200]},
            hint=_("Rename it, then try again."),
            status=422,
        )
    return inner_path(path)


def _too_many(most: int) -> Refusal:
    return Refusal(
        "too_many_files",
        _("There are more than %(most)d files in it.") % {"most": most},
        hint=_("Write fewer, larger files, or pack them into one archive."),
        status=422,
    )


def _no_plain_file(path: Path) -> Refusal:
    return Refusal("no_plain_file", _("“%(path)s” is no plain file.") % {"path": path.name[:200]}, status=422)
