"""The shelf of assets and their versions: the entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError, QuerySet, RestrictedError

from mlops.access.models import Project
from mlops.bin.assets import PARTS
from mlops.bin.deletion import not_in_bin, restore
from mlops.bin.freeing import together
from mlops.bin.models import Entry
from mlops.bin.removal import carry_out, purge
from mlops.bin.shelves import Item
from mlops.bin.within import would_go


class AssetShelf:
    def kinds(self) -> Mapping[str, str]:
        return {kind: str(part.title) for kind, part in PARTS.items()}

    def keys(self, project: Project, kinds: Sequence[str], search: str) -> QuerySet[Any, tuple[UUID, datetime]]:
        found = Entry.objects.filter(project=project, kind__in=kinds)
        if search:
            found = found.filter(title__icontains=search)
        return found.values_list("pk", "deleted_at")

    def items(self, project: Project, keys: Sequence[UUID]) -> Iterable[Item]:
        for entry in Entry.objects.filter(project=project, pk__in=keys).select_related("deleted_by"):
            yield Item(
                kind=entry.kind,
                what=str(PARTS[entry.kind].title),
                id=str(entry.pk),
                title=entry.title,
                deleted_at=entry.deleted_at,
                deleted_by=entry.deleted_by.get_username() if entry.deleted_by else "",
                reason=entry.reason,
                bytes=entry.held_bytes,
                confirm=entry.title,
                stays_because=entry.stays_because,
                is_being_removed=entry.removing_at is not None,
            )

    def restore(self, actor: Any, project: Project, key: UUID, name: str) -> str:
        return str(restore(actor, _entry(project, key), name=name))

    def purge(self, actor: Any, project: Project, key: UUID, confirmed: str, reason: str) -> None:
        purge(actor, _entry(project, key), confirmed=confirmed, reason=reason)

    def carry_out(self, actor: Any, project: Project, key: UUID, reason: str) -> None:
        carry_out(actor, _entry(project, key), reason=reason)

    def rows(self, project: Project, keys: Sequence[UUID]) -> dict[str, set[Any]]:
        parts = []
        for entry in Entry.objects.filter(project=project, pk__in=keys):
            part = PARTS[entry.kind]
            if (row := part.row(entry.thing)) is None:
                continue
            try:
                parts.append(would_go([*part.versions(row)]))
            except (ProtectedError, RestrictedError):
                continue  # it stays
        return together(parts)


def _entry(project: Project, key: UUID) -> Entry:
    entry = Entry.objects.select_related("project").filter(project=project, pk=key).first()
    if entry is None:
        raise not_in_bin(str(key))
    return entry
