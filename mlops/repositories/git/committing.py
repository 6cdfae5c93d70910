"""One commit on top of a branch, which is pushed only where the branch is still what it was."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.repositories.git.connecting import connect
from mlops.repositories.git.fetching import get
from mlops.repositories.git.laying_out import PLAIN, refused_name
from mlops.repositories.git.orders import Change, Committed, Order

COMMITTER = b"MLOps Studio <noreply@mlops-studio.invalid>"


def commit(order: Order, objects: Path) -> Committed:
    """Raises Refusal `file_changed_there` with nothing pushed, `push_refused`."""
    connected = connect(order.place, order.login)
    got = get(connected, objects, branch=order.branch, commit="", before="", limits=order.limits)
    parent = got.repo.object_store[got.commit.encode()]
    tree = parent.tree
    for change in order.changes:
        tree = _changed(got.repo, tree, change)
    if tree == parent.tree:
        return Committed(commit=got.commit, branch=got.branch, host_key=connected.host_key)
    made = _commit(got.repo, tree, parent.id, order)
    _push(connected, got, made.id, order)
    return Committed(commit=made.id.decode(), branch=got.branch, host_key=connected.host_key)


def _changed(repo: Any, tree: Any, change: Change) -> Any:
    from dulwich.objects import Blob, Tree

    if why := refused_name(change.path):
        raise Refusal(
            "path_invalid",
            _("“%(path)s” is no path of a file: %(why)s.") % {"path": change.path, "why": why},
            status=422,
        )
    store = repo.object_store
    _check(store, tree, change)
    blob = Blob.from_string(change.data)
    store.add_object(blob)
    parts = change.path.encode().split(b"/")
    levels = [store[tree]]
    for part in parts[:-1]:
        known = levels[-1][part] if part in levels[-1] else None  # noqa: SIM401 - a Tree has no get
        if known is not None and known[0] != 0o040000:
            raise Refusal(
                "path_invalid",
                _("“%(path)s”: %(part)s is a file there.") % {"path": change.path, "part": part.decode()},
                status=422,
            )
        levels.append(store[known[1]] if known else Tree())
    mode, sha = PLAIN, blob.id
    for level, part in zip(reversed(levels), reversed(parts), strict=True):
        level[part] = (level[part][0] if mode == PLAIN and part in level else mode, sha)
        store.add_object(level)
        mode, sha = 0o040000, level.id
    return sha


def _check(store: Any, tree: Any, change: Change) -> None:
    from dulwich.object_store import tree_lookup_path

    try:
        _mode, sha = tree_lookup_path(store.__getitem__, tree, change.path.encode())
        there = hashlib.sha256(store[sha].data).hexdigest()
    except KeyError:
        there = ""
    if there not in (change.before, hashlib.sha256(change.data).hexdigest()):
        raise Refusal(
            "file_changed_there",
            _("“%(path)s” was changed in the repository since it was last taken from there.") % {"path": change.path},
            hint=_("Pull first: what is here becomes a version of its own, and nothing is lost."),
            status=409,
        )


def _commit(repo: Any, tree: Any, parent: Any, order: Order) -> Any:
    from dulwich.objects import Commit

    made = Commit()
    made.tree, made.parents = tree, [parent]
    made.author, made.committer = order.author.encode(), COMMITTER
    made.author_time = made.commit_time = int(time.time())
    made.author_timezone = made.commit_timezone = 0
    made.encoding = b"UTF-8"
    made.message = order.message.encode() + b"\n"
    repo.object_store.add_object(made)
    return made


def _push(connected: Any, got: Any, commit: bytes, order: Order) -> None:
    from dulwich.errors import GitProtocolError, HangupException, SendPackError

    branch = order.onto or got.branch
    name = f"refs/heads/{branch}".encode()

    def updated(refs: dict[bytes, bytes]) -> dict[bytes, bytes]:
        there = refs.get(name)
        if order.onto and there not in (None, order.onto_was.encode()):
            raise Refusal(
                "branch_moved",
                _("Somebody else pushed to “%(onto)s”, which is for proposals from here.") % {"onto": order.onto},
                hint=_("Merge or delete that branch in the repository, then push again."),
                status=409,
            )
        if not order.onto and there != got.commit.encode():
            raise Refusal(
                "branch_moved",
                _("Somebody pushed to “%(branch)s” at the same moment.") % {"branch": got.branch},
                hint=_("Push again."),
                status=409,
            )
        return {name: commit}

    try:
        result = connected.client.send_pack(connected.path.encode(), updated, got.repo.generate_pack_data)
    except (SendPackError, HangupException, GitProtocolError) as error:
        raise _push_refused(branch, str(error)) from error
    if told := (result.ref_status or {}).get(name):
        raise _push_refused(branch, str(told))


def _push_refused(branch: str, why: str) -> Refusal:
    return Refusal(
        "push_refused",
        _("The repository took no commit on “%(branch)s”: %(why)s.")
        % {"branch": branch, "why": why[:300] or _("no reason was given")},
        hint=_("Is the branch protected, or may the login only read? Push elsewhere, or let it write."),
        status=422,
    )
