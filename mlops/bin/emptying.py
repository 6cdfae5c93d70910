"""Emptying the bin at once, and what that gives back."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin import shelves
from mlops.bin.freeing import bytes_free_without, together
from mlops.events.chain import record
from mlops.formats.refusal import Refusal

LONGEST_SECONDS = 20.0


class Emptied(msgspec.Struct, frozen=True, kw_only=True):
    """`stays`: what was refused, with the reason. `left`: what the next call goes on with."""

    removed: int
    bytes: int
    stays: tuple[tuple[str, str], ...] = ()
    left: int = 0


def empty(
    actor: Any, project: Project, *, confirmed: str, kind: str = "", older_than_days: int = 0, reason: str = ""
) -> Emptied:
    """`confirmed`: the project's short name, typed again. A call works for some seconds and tells how many are left.

    Raises Refusal `empty_unconfirmed`."""
    require(actor, "bin.empty", project)
    if confirmed.strip() != project.slug:
        raise Refusal(
            "empty_unconfirmed",
            _("Emptying the recycle bin is not confirmed."),
            hint=_("Type “%(name)s”. It cannot be undone.") % {"name": project.slug},
        )
    wanted = _wanted(project, kind, older_than_days)
    until = time.monotonic() + LONGEST_SECONDS
    removed, size, stays = 0, 0, []
    while wanted and time.monotonic() < until:
        shelf, item = wanted.pop()
        try:
            shelf.carry_out(actor, project, UUID(item.id), reason)
        except Refusal as refusal:
            stays.append((item.title, refusal.message))
            continue
        removed, size = removed + 1, size + item.bytes
    if removed:
        told = {"removed": removed, "bytes": size, "stays": len(stays)}
        record(actor, "mlops.bin.emptied", subject=f"projects/{project.slug}", project=project, data=told)
    return Emptied(removed=removed, bytes=size, stays=tuple(stays), left=len(wanted))


def would_free(project: Project, *, kind: str = "", older_than_days: int = 0) -> Emptied:
    """A dry run: how many things would go, and how many bytes come free with the next collection of garbage."""
    wanted = _wanted(project, kind, older_than_days)
    keys: dict[shelves.Shelf, list[UUID]] = {}
    for shelf, item in wanted:
        keys.setdefault(shelf, []).append(UUID(item.id))
    rows = together(shelf.rows(project, listed) for shelf, listed in keys.items())
    return Emptied(removed=len(wanted), bytes=bytes_free_without(rows))


def _wanted(project: Project, kind: str, older_than_days: int) -> list[tuple[shelves.Shelf, shelves.Item]]:
    before = timezone.now() - timedelta(days=older_than_days)
    items, _more = shelves.found(project, kind=kind, most=10_000)
    return [(shelves.shelf_of(item.kind), item) for item in items if item.deleted_at <= before]
