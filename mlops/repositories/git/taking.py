"""Fetches a commit and lays its files out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops.repositories.git.connecting import connect
from mlops.repositories.git.fetching import Got, get
from mlops.repositories.git.laying_out import lay_out
from mlops.repositories.git.orders import Fetched, Order
from mlops.repositories.git.tagged import tagged


def take(order: Order, objects: Path) -> Fetched:
    """The files go into `order.path`; `objects` is a folder that does not exist yet."""
    connected = connect(order.place, order.login)
    if order.tag:
        got = tagged(connected, objects, tag=order.tag, pushed=order.commit, limits=order.limits)
    else:
        wanted = {"branch": order.branch, "commit": order.commit, "before": order.before}
        got = get(connected, objects, **wanted, limits=order.limits)
    commit = got.repo.object_store[got.commit.encode()]
    laid = lay_out(got.repo, commit.tree, Path(order.path), order.limits)
    return Fetched(
        commit=got.commit,
        branch=got.branch,
        author=commit.author.decode("utf-8", "replace")[:300],
        message=commit.message.decode("utf-8", "replace").strip().split("\n", 1)[0][:300],
        paths=tuple(laid.paths),
        changed=_changed(got, order.before, commit),
        left_out=tuple(laid.left_out),
        bytes=laid.bytes,
        host_key=connected.host_key,
    )


def _changed(got: Got, before: str, commit: Any) -> tuple[str, ...] | None:
    from dulwich.diff_tree import tree_changes

    if not got.has(before):
        return None
    old = got.repo.object_store[before.encode()].tree
    found: set[str] = set()
    for change in tree_changes(got.repo.object_store, old, commit.tree):
        found |= {one.path.decode("utf-8", "replace") for one in (change.old, change.new) if one and one.path}
    return tuple(sorted(found))
