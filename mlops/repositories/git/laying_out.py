"""The files of a commit in a folder: plain files only, each below the folder, none executable.

Symbolic links, submodules and names that could lead elsewhere are left out, and told. What Git LFS keeps elsewhere is
left out as well: its pointer would be taken for the data."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.repositories.git.fetching import too_large
from mlops.repositories.git.orders import Limits

MOST_DEPTH = 60
PLAIN = 0o100644
MOST_TOLD = 100
LFS = b"version https://git-lfs.github.com/spec/v1"
RESERVED = (".git", ".mlops/git.json", ".mlops/dirty.diff", ".mlops/root")


class Laid:
    def __init__(self) -> None:
        self.paths: list[str] = []
        self.left_out: list[str] = []
        self.bytes = 0

    def leave(self, path: str, why: str) -> None:
        if len(self.left_out) < MOST_TOLD:
            self.left_out.append(f"{path[:300]}: {why}")


def lay_out(repo: Any, tree: bytes, folder: Path, limits: Limits) -> Laid:
    """Raises Refusal `repository_too_large`, `repository_too_many_files`."""
    laid = Laid()
    for path, mode, sha in entries(repo, tree):
        if why := refused(path, mode):
            laid.leave(path, why)
            continue
        content: bytes = repo.object_store[sha].data
        if content.startswith(LFS) and len(content) < 1_024:
            laid.leave(path, "Git LFS keeps it elsewhere; register it as a data asset or a model")
            continue
        if len(content) > limits.file_bytes:
            laid.leave(path, f"larger than {limits.file_bytes / 1e6:,.0f} MB")
            continue
        laid.bytes += len(content)
        if laid.bytes > limits.bytes:
            raise too_large(limits)
        if len(laid.paths) >= limits.files:
            raise Refusal(
                "repository_too_many_files",
                _("The repository has more than the %(files)s files that are taken.") % {"files": f"{limits.files:,}"},
                hint=_("Keep data out of it, in data assets."),
                status=422,
            )
        _write(folder / path, content)
        laid.paths.append(path)
    return laid


def entries(repo: Any, tree: bytes, below: str = "", depth: int = 0) -> Iterator[tuple[str, int, bytes]]:
    if depth > MOST_DEPTH:
        raise Refusal(
            "repository_too_deep",
            _("Folders lie deeper than %(most_depth)s levels.") % {"most_depth": MOST_DEPTH},
            status=422,
        )
    for entry in repo.object_store[tree].iteritems():
        path = below + entry.path.decode("utf-8", "surrogateescape")
        if stat.S_ISDIR(entry.mode) and not refused(path, entry.mode):
            yield from entries(repo, entry.sha, f"{path}/", depth + 1)
        else:
            yield path, entry.mode, entry.sha


def refused(path: str, mode: int) -> str:
    """Why it is left out; empty where it is taken."""
    kind = stat.S_IFMT(mode)
    if kind == 0o160000:
        return "a submodule, which is not fetched"
    if kind == stat.S_IFLNK:
        return "a symbolic link"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    last = path.rsplit("/", 1)[-1]
    parts = PurePosixPath(path).parts
    is_odd = not last or last in (".", "..") or "\\" in last or "\0" in last or last.endswith((" ", "."))
    if is_odd or path.startswith("/") or any(ord(letter) < 32 for letter in last) or len(last.encode()) > 200:
        return "its name could lead elsewhere"
    if any(part.lower() == ".git" for part in parts) or path in RESERVED:
        return "a name that is kept for Git and for us"
    return ""


def refused_name(path: str) -> str:
    """Why no plain file of ours may have this path; empty where one may."""
    return "its name could lead elsewhere" if ".." in path.split("/") else refused(path, PLAIN)


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("xb") as file:
        file.write(content)
