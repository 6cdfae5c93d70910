"""Assets and their versions into the recycle bin and back. Nothing is removed: its row says that it is there."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.bin.assets import PARTS, Part, part_of
from mlops.bin.models import TITLE_LENGTH, Entry
from mlops.bin.sizes import held_bytes
from mlops.bin.uses import InUse
from mlops.events.chain import record
from mlops.events.facts import INTO_BIN, OUT_OF_BIN, sides
from mlops.formats.refusal import Refusal, Where

MOST_LOOKED_AT = 10_000


def delete(actor: Any, row: Any, *, reason: str = "") -> Entry:
    """Into the bin; the name is free at once. Twice is no fault. Raises InUse, which names every user."""
    require(actor, "bin.use", part_of(row).project_of(row))
    return delete_as(actor, row, reason=reason)


def delete_as(actor: Any, row: Any, *, reason: str) -> Entry:
    """`actor` None: a rule of the project's owner."""
    part = part_of(row)
    if part.goes_whole(row):
        return delete_as(actor, part.whole_of(row), reason=reason)
    with transaction.atomic():
        locked = part.model.with_deleted.select_for_update().filter(pk=row.pk).first()
        if locked is None:
            raise _gone(part, row)
        if locked.deleted_at is not None:
            return Entry.objects.get(kind=part.kind, thing=row.pk)
        check_free(part, row)
        now = timezone.now()
        part.model.with_deleted.filter(pk=row.pk).update(deleted_at=now)
        entry = Entry.objects.create(
            project=part.project_of(row),
            kind=part.kind,
            thing=row.pk,
            title=str(row)[:TITLE_LENGTH],
            held_bytes=held_bytes(part.asset, part.versions(row)),
            deleted_at=now,
            deleted_by=actor,
            reason=reason.strip(),
        )
        tell(actor, part, row, part.deleted_event, reason, bytes=entry.held_bytes)
    row.deleted_at = now
    return entry


def restore(actor: Any, entry: Entry, *, name: str = "") -> Any:
    """Out of the bin, under another `name` where its own was given again; the row.

    Raises Refusal `name_taken`, `name_invalid`, `whole_in_bin`, `being_removed` or `not_in_bin`."""
    require(actor, "bin.use", entry.project)
    part = PARTS[entry.kind]
    with transaction.atomic():
        found = Entry.objects.select_for_update().filter(pk=entry.pk).first()
        row = part.row(entry.thing)
        if found is None or row is None:
            raise not_in_bin(entry.title)
        if found.removing_at is not None:
            raise Refusal(
                "being_removed",
                _("“%(name)s” is being removed for good.") % {"name": entry.title},
                hint=_("It cannot be put back any more."),
                status=409,
            )
        if not part.is_whole:
            _require_whole(part, row)
        changes: dict[str, Any] = {"deleted_at": None}
        if part.is_whole and name.strip() not in ("", row.name):
            changes["name"] = part.asset.checked_name(name)
        wanted = changes.get("name", getattr(row, "name", ""))
        if part.is_whole and part.model.objects.filter(project=entry.project, name=wanted).exists():
            raise _taken(part, str(wanted))
        try:
            with transaction.atomic():
                part.model.with_deleted.filter(pk=row.pk).update(**changes)
        except IntegrityError:
            raise _taken(part, str(wanted)) from None
        found.delete()
        row.refresh_from_db(from_queryset=part.model.with_deleted)
        tell(actor, part, row, f"mlops.{part.asset.noun}.undeleted", "", old_name=entry.title)
    return row


def check_free(part: Part, row: Any) -> None:
    """Raises InUse where something stands on it."""
    versions = list(part.versions(row)[:MOST_LOOKED_AT])
    uses = list(part.asset.users(versions)) if versions else []
    if uses:
        raise InUse(f"{part.asset.noun}_in_use", f"“{row}”", uses)


def not_in_bin(title: str) -> Refusal:
    message = _("“%(name)s” is not in the recycle bin.") % {"name": title}
    return Refusal("not_in_bin", message, hint=_("Load the list again."), status=404)


def tell(actor: Any, part: Part, row: Any, type: str, reason: str, **data: Any) -> None:
    change = {".undeleted": OUT_OF_BIN, ".purged": None}.get(type[type.rindex(".") :], INTO_BIN)
    record(
        actor,
        type,
        subject=f"{part.asset.noun}s/{row}",
        project=part.project_of(row),
        reason=reason,
        data=data,
        notice=(part.asset.noun, str(part.whole_of(row).pk)),
        **sides(change),
    )


def _require_whole(part: Part, row: Any) -> None:
    whole = part.whole_of(row)
    if whole.deleted_at is not None:
        raise Refusal(
            "whole_in_bin",
            _("“%(name)s” is in the recycle bin itself.") % {"name": whole},
            hint=_("Restore it first."),
            status=409,
        )


def _taken(part: Part, name: str) -> Refusal:
    return Refusal(
        "name_taken",
        _("The name “%(name)s” was given again in the meantime.") % {"name": name},
        hint=_("Restore it under another name."),
        status=409,
        where=Where(parameter="name", value=name),
    )


def _gone(part: Part, row: Any) -> Refusal:
    return Refusal("not_found", _("“%(name)s” is gone for good.") % {"name": row}, status=404)
