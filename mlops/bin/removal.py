"""Out of the recycle bin for good: the entry is marked first, then each row goes with its tombstone in a transaction of
its own. What is broken off is finished by a regular job, so nothing stays half. Bytes go with the next collection of
garbage, where nothing else holds them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.bin.assets import PARTS, Part
from mlops.bin.deletion import check_free, not_in_bin, tell
from mlops.bin.models import TITLE_LENGTH, Entry, Gone
from mlops.bin.sizes import held_bytes
from mlops.bin.uses import InUse, Use
from mlops.bin.within import would_go
from mlops.events.circumstances import SYSTEM
from mlops.formats.refusal import Refusal
from mlops.tags.models import Tag

BROKEN_OFF_AFTER = timedelta(minutes=5)


def purge(actor: Any, entry: Entry, *, confirmed: str, reason: str = "") -> None:
    """`confirmed`: its title, typed again. Raises Refusal `purge_unconfirmed`, InUse or `not_in_bin`."""
    require(actor, "bin.empty", entry.project)
    if confirmed.strip() != entry.title:
        raise Refusal(
            "purge_unconfirmed",
            _("Deleting “%(name)s” for good is not confirmed.") % {"name": entry.title},
            hint=_("Type “%(name)s”. It cannot be undone.") % {"name": entry.title},
        )
    carry_out(actor, entry, reason=reason)


def carry_out(actor: Any, entry: Entry, *, reason: str) -> None:
    """`actor` None: the regular job. Raises InUse where something came to stand on it."""
    part = PARTS[entry.kind]
    row = part.row(entry.thing)
    if row is None:
        raise not_in_bin(entry.title)
    try:
        check_free(part, row)
        _check_unprotected(part, row)
    except InUse as refusal:
        Entry.objects.filter(pk=entry.pk).update(stays_because=refusal.message)
        raise
    marked = Entry.objects.filter(pk=entry.pk, removing_at=None).update(
        removing_at=timezone.now(), removed_by=actor, removal_reason=reason.strip()
    )
    if not marked and not Entry.objects.filter(pk=entry.pk).exists():
        raise not_in_bin(entry.title)
    finish(Entry.objects.select_related("project", "deleted_by", "removed_by").get(pk=entry.pk))


def finish(entry: Entry) -> None:
    """Removes what a marked entry stands for. May be done again where it was broken off."""
    part = PARTS[entry.kind]
    row = part.row(entry.thing)
    if row is None:
        entry.delete()
        return
    if part.is_whole:
        one = PARTS[part.asset.kinds[1]]
        for version in part.versions(row).iterator(chunk_size=200):
            _bury(entry, one, version)
    _bury(entry, part, row, is_last=True)


def finish_broken_off() -> None:
    """Entries whose removal began and did not end, because a process died."""
    before = timezone.now() - BROKEN_OFF_AFTER
    left = Entry.objects.filter(removing_at__lt=before).select_related("project", "deleted_by", "removed_by")
    for entry in left:
        try:
            finish(entry)
        except (ProtectedError, RestrictedError) as error:
            logging.getLogger(__name__).warning("%s is not removed yet: %s", entry.title, error)


def _bury(entry: Entry, part: Part, row: Any, *, is_last: bool = False) -> None:
    with transaction.atomic():
        size = held_bytes(part.asset, part.versions(row)) if not part.is_whole else 0
        kind = ContentType.objects.get_for_model(part.model)
        Tag.objects.filter(content_type=kind, object_id=str(row.pk)).delete()
        Gone.objects.get_or_create(
            pk=row.pk,
            defaults={
                "project": entry.project,
                "kind": part.kind,
                "title": str(row)[:TITLE_LENGTH],
                "facts": {} if part.is_whole else {"of": str(part.whole_of(row).pk), **part.asset.facts(row)},
                "created_at": row.created_at,
                "created_by_name": row.created_by.get_username() if row.created_by else "",
                "deleted_at": row.deleted_at or entry.deleted_at,
                "deleted_by_name": _name(entry.deleted_by),
                "purged_by_name": _name(entry.removed_by),
                "reason": entry.removal_reason or entry.reason,
                "held_bytes": entry.held_bytes if is_last else size,
            },
        )
        if is_last:
            told = {"bytes": entry.held_bytes}
            tell(entry.removed_by, part, row, f"mlops.{part.asset.noun}.purged", entry.removal_reason, **told)
        part.model.with_deleted.filter(pk=row.pk).delete()
        Entry.objects.filter(kind=part.kind, thing=row.pk).delete()


def _check_unprotected(part: Part, row: Any) -> None:
    """Before anything is marked: rows of another package that point at it keep it."""
    try:
        would_go([*part.versions(row)])
    except (ProtectedError, RestrictedError) as error:
        holders = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        uses = sorted({f"{holder._meta.verbose_name} {holder}" for holder in holders})
        raise InUse(f"{part.asset.noun}_in_use", f"“{row}”", [Use(title=one) for one in uses]) from error


def _name(person: Any) -> str:
    return str(person.get_username()) if person else SYSTEM
