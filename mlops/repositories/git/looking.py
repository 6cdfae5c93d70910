"""Which branches and tags a repository has."""

from __future__ import annotations

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _
from mlops.repositories.git.connecting import connect
from mlops.repositories.git.orders import Looked, Order

HEADS = b"refs/heads/"
TAGS = b"refs/tags/"
PEELED = b"^{}"
"""Ends the name of a line that tells an annotated tag's commit."""


def look(order: Order) -> Looked:
    connected = connect(order.place, order.login)
    told = connected.client.get_refs(connected.path.encode())
    return told_of(told.refs, told.symrefs, host_key=connected.host_key)


def told_of(refs: dict[bytes, bytes], symrefs: dict[bytes, bytes] | None, *, host_key: str = "") -> Looked:
    branches, tags = _below(HEADS, refs), _below(TAGS, refs)
    head = (symrefs or {}).get(b"HEAD", b"").removeprefix(HEADS).decode("utf-8", "replace")
    if not head:
        at = (refs.get(b"HEAD") or b"").decode()
        same = sorted(name for name, sha in branches.items() if sha == at)
        head = next((name for name in ("main", "master") if name in same), same[0] if same else "")
    return Looked(branches=branches, tags=tags, head=head, host_key=host_key)


def _below(prefix: bytes, refs: dict[bytes, bytes]) -> dict[str, str]:
    return {
        name.removeprefix(prefix).decode("utf-8", "replace"): sha.decode()
        for name, sha in refs.items()
        if name.startswith(prefix) and not name.endswith(PEELED) and sha
    }


def chosen(found: Looked, wanted: str) -> str:
    """The branch's name. Raises Refusal `branch_unknown`, `repository_empty`."""
    branch = wanted or found.head
    if branch in found.branches:
        return branch
    if not found.branches:
        raise Refusal(
            "repository_empty",
            _("The repository has no commit yet."),
            hint=_("Push something to it first."),
            status=422,
        )
    raise Refusal(
        "branch_unknown",
        _("The repository has no branch “%(branch)s”.") % {"branch": branch},
        hint=nearest(branch, found.branches)
        or (_("It has: %(names)s.") % {"names": ", ".join(sorted(found.branches)[:10])}),
        status=422,
    )
