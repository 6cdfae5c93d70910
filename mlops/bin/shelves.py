"""What lies in a project's bin, of all kinds: packages above this one add shelves of their own, as runs do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.bin.policies import days_in_bin, policy_of
from mlops.formats.refusal import Refusal

THINGS_A_LOOK = 500


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """`confirm`: what is typed again to delete it for good. `bytes`: what its files hold, also where others do."""

    kind: str
    what: str
    id: str
    title: str
    deleted_at: datetime
    deleted_by: str
    """Empty: a rule."""
    reason: str
    bytes: int
    confirm: str
    goes_at: datetime | None = None
    stays_because: str = ""
    is_being_removed: bool = False


class Shelf(Protocol):
    def kinds(self) -> Mapping[str, str]:
        """With their titles for people."""

    def keys(self, project: Project, kinds: Sequence[str], search: str) -> QuerySet[Any, tuple[UUID, datetime]]:
        """(primary key, deleted_at), the last deleted first."""

    def items(self, project: Project, keys: Sequence[UUID]) -> Iterable[Item]: ...

    def restore(self, actor: Any, project: Project, key: UUID, name: str) -> str:
        """Its title now."""

    def purge(self, actor: Any, project: Project, key: UUID, confirmed: str, reason: str) -> None: ...

    def carry_out(self, actor: Any, project: Project, key: UUID, reason: str) -> None:
        """As `purge`, where a person or a rule confirmed many at once."""

    def rows(self, project: Project, keys: Sequence[UUID]) -> dict[str, set[Any]]:
        """The rows that would go, as within.would_go tells them."""


_shelves: list[Shelf] = []


def register(shelf: Shelf) -> None:
    if all(type(one) is not type(shelf) for one in _shelves):
        _shelves.append(shelf)


def kinds() -> dict[str, str]:
    return {kind: title for shelf in _shelves for kind, title in shelf.kinds().items()}


def shelf_of(kind: str) -> Shelf:
    for shelf in _shelves:
        if kind in shelf.kinds():
            return shelf
    hint = _("There are: %(kinds)s.") % {"kinds": ", ".join(kinds())}
    raise Refusal("kind_unknown", _("“%(kind)s” is no kind of thing.") % {"kind": kind[:100]}, hint=hint, status=422)


def counted(project: Project) -> dict[str, int]:
    """How many of each kind lie there."""
    return {kind: shelf.keys(project, [kind], "").count() for shelf in _shelves for kind in shelf.kinds()}


def found(
    project: Project, *, kind: str = "", search: str = "", start: int = 0, most: int = 50
) -> tuple[list[Item], bool]:
    """A page of things, the last deleted first, and whether there are more."""
    wanted = [shelf_of(kind)] if kind else list(_shelves)
    keyed = [
        (deleted_at, number, key)
        for number, shelf in enumerate(wanted)
        for key, deleted_at in shelf.keys(project, [kind] if kind else [*shelf.kinds()], search)[: start + most + 1]
    ]
    keyed.sort(key=lambda one: one[0], reverse=True)
    page = keyed[start : start + most]
    items = {
        item.id: item
        for number, shelf in enumerate(wanted)
        for item in shelf.items(project, [key for _at, of, key in page if of == number])
    }
    ordered = [items[str(key)] for _at, _of, key in page if str(key) in items]
    days = days_in_bin(policy_of(project))
    return [_with_end(item, days) for item in ordered], len(keyed) > start + most


def _with_end(item: Item, days: int) -> Item:
    return msgspec.structs.replace(item, goes_at=item.deleted_at + timedelta(days=days)) if days else item


def expired(project: Project, before: datetime) -> list[tuple[Shelf, UUID]]:
    """At most THINGS_A_LOOK of each shelf."""
    return [
        (shelf, key)
        for shelf in _shelves
        for key, _at in shelf.keys(project, [*shelf.kinds()], "").filter(deleted_at__lt=before)[:THINGS_A_LOOK]
    ]
