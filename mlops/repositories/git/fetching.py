"""One commit, without its history, into a store of objects that is thrown away afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.repositories.git.connecting import Connected
from mlops.repositories.git.looking import chosen, told_of
from mlops.repositories.git.orders import Limits, Looked

DEPTHS = (1, 50, 1_000_000)
"""How far back a commit is looked for that is no branch's newest any more."""

HISTORY = 50
"""How far back the commit before is looked for, to tell what changed."""


class Got:
    def __init__(self, repo: Any) -> None:
        self.repo = repo
        self.looked = Looked(branches={})
        self.branch = ""
        self.commit = ""

    def has(self, commit: str) -> bool:
        return bool(commit) and commit.encode() in self.repo.object_store


def get(connected: Connected, folder: Path, *, branch: str, commit: str, before: str, limits: Limits) -> Got:
    """The branch's commit and, where it can be had, the one `before`. Raises Refusal `commit_unknown`,
    `repository_too_large`, `branch_unknown`."""
    from dulwich.repo import Repo

    got = Got(Repo.init_bare(str(folder), mkdir=True))
    for depth in DEPTHS:
        _fetch(connected, got, depth=depth, branch=branch, commit=commit, before=before, limits=limits)
        got.commit = commit or got.looked.branches[got.branch]
        enough = not before or got.has(before) or depth >= HISTORY
        if got.has(got.commit) and enough:
            return got
    raise Refusal(
        "commit_unknown",
        _("The branch “%(branch)s” has no commit %(commit)s (any more).")
        % {"branch": got.branch, "commit": commit[:12]},
        hint=_("It was perhaps removed by a forced push; take the branch's newest."),
        status=422,
    )


def _fetch(
    connected: Connected, got: Got, *, depth: int, branch: str, commit: str, before: str, limits: Limits
) -> None:
    def wants(refs: dict[bytes, bytes], depth: int | None = None) -> list[bytes]:
        got.looked = told_of(refs, None)
        got.branch = branch if branch and commit else chosen(got.looked, branch)
        tips = set(got.looked.branches.values())
        asked = [commit or got.looked.branches[got.branch]]
        if commit and commit not in tips and got.branch in got.looked.branches:
            asked = [got.looked.branches[got.branch]]
        if before in tips:
            asked.append(before)
        return [one.encode() for one in dict.fromkeys(asked) if one.encode() not in got.repo.object_store or depth_more]

    depth_more = depth > 1
    deep = 2 if before and depth == 1 else depth
    take(connected, got, wants, depth=None if depth == DEPTHS[-1] else deep, limits=limits)


def take(
    connected: Connected, got: Got, wants: Callable[..., list[bytes]], *, depth: int | None, limits: Limits
) -> None:
    """What is wanted comes into the repository whole, or not at all. Raises Refusal `repository_too_large`."""
    pack, keep, abort = got.repo.object_store.add_pack()
    try:
        walker = got.repo.get_graph_walker([])
        result = connected.client.fetch_pack(connected.path, wants, walker, _counted(pack.write, limits), depth=depth)
    except BaseException:
        abort()
        raise
    keep()
    got.repo.update_shallow(result.new_shallow, result.new_unshallow)


def _counted(write: Callable[[bytes], int], limits: Limits) -> Callable[[bytes], int]:
    came = 0

    def count(data: bytes) -> int:
        nonlocal came
        came += len(data)
        if came > limits.bytes:
            raise too_large(limits)
        return write(data)

    return count


def too_large(limits: Limits) -> Refusal:
    return Refusal(
        "repository_too_large",
        _("The repository is larger than the %(bytes)s MB that are taken.")
        % {"bytes": f"{limits.bytes / 1000000.0:,.0f}"},
        hint=_("Keep data and models out of it, in data assets and registered models."),
        status=422,
    )
