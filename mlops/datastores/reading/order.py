"""What a child process is asked to read, and what it found."""

from __future__ import annotations

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


class Order(msgspec.Struct, kw_only=True):
    path: str
    """The folder to write into."""
    kind: str
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    at: str = ""
    """Below the store: a file, a folder, or a pattern with * and **; of SQL a table, or `query:` with a query."""
    most_bytes: int = 0
    most_files: int = 0
    private_hosts: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    memory_bytes: int = 0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it lies there. `mark`: its entity tag, or else the time of its last change."""

    path: str
    size_bytes: int
    mark: str = ""


def nothing_there(order: Order) -> Refusal:
    return Refusal(
        "path_unknown",
        _("There is nothing at “%(at)s”.") % {"at": order.at or "/"},
        hint=_("Check the path; it is relative to the container, bucket or folder of the data store."),
        status=404,
    )


def require_room(order: Order, files: int, size: int) -> None:
    """Raises Refusal `too_many_files` or `data_too_large`."""
    if order.most_files and files > order.most_files:
        message = _("There are more than %(most_files)s files at “%(at)s”.") % {
            "most_files": f"{order.most_files:,}",
            "at": order.at,
        }
        raise Refusal("too_many_files", message, hint=_("Name a folder further down, or a pattern."), status=422)
    if order.most_bytes and size > order.most_bytes:
        message = _("What lies at “%(at)s” has more than %(most_bytes)s bytes.") % {
            "at": order.at,
            "most_bytes": f"{order.most_bytes:,}",
        }
        raise Refusal("data_too_large", message, hint=_("Name a folder further down, or a pattern."), status=422)
