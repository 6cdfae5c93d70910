"""Removes rows: part by part a child process writes what stays, and the old part goes in one transaction with the new
one's coming. Again, until a pass over all parts finds nothing more."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.collected.children import ask_tables
from mlops.collected.keeping import keep_part_file, touch
from mlops.collected.models import Forgetting, Intake, LabelPost, Part, PartKind, SavedWindow, WorkState
from mlops.collected.reading import count_window, fetched
from mlops.collected.tables.orders import Condition
from mlops.deployments.collecting import hash_secret
from mlops.deployments.models import Endpoint
from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.packaging import leases
from mlops.packaging.scratch import scratch
from mlops.scoring.collecting.redacting import Redactor
from mlops.work.calls import every, job, later

AT_ONCE = 64
"""Parts that one child process looks through."""
PASSES = 5
IDS_AT_ONCE = 5_000


@job("collected.forget")
def forget(forgetting_id: str) -> None:
    rows = Forgetting.objects.all()
    if not leases.claim(rows, forgetting_id, reason=_("Looking through the rows.")):
        return
    asked = rows.select_related("endpoint__project").get(pk=forgetting_id)
    try:
        removed, labels = _carried_out(asked)
        _end(asked, WorkState.COMPLETED, reason=_told(removed, labels), found=removed + labels)
    except Refusal as refusal:
        _end(asked, WorkState.FAILED, reason=refusal.message, hint=refusal.hint)


def _told(rows: int, labels: int) -> str:
    if not rows and not labels:
        return "No row and no label has such a value: nothing was removed."
    return (
        f"{rows:,} {'row' if rows == 1 else 'rows'} and {labels:,} {'label' if labels == 1 else 'labels'} were removed."
    )


@every(15, "collected.forget_sweep", if_any=leases.are_open(Forgetting.objects))
def sweep() -> None:
    rows = Forgetting.objects.all()
    for lost in leases.lost_for_good(rows.select_related("endpoint__project")):
        hint = _("What it had removed stays removed; ask for it again.")
        _end(lost, WorkState.FAILED, reason=_("Its worker was lost several times."), hint=hint)
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("collected.forget", str(pk))


def _carried_out(asked: Forgetting) -> tuple[int, int]:
    Intake.objects.filter(endpoint=asked.endpoint).update(recent=[])
    LabelPost.objects.filter(endpoint=asked.endpoint).update(examples=[])
    condition = Condition(columns=(asked.column,), values=_values(asked))
    by_column, requests = _passes(asked, PartKind.ROWS, condition)
    direct, _requests = _passes(asked, PartKind.LABELS, condition)
    labels = direct
    ids = sorted(requests)
    for start in range(0, len(ids), IDS_AT_ONCE):
        of_requests = Condition(columns=("request_id",), values=tuple(ids[start : start + IDS_AT_ONCE]))
        labels += _passes(asked, PartKind.LABELS, of_requests)[0]
    Intake.objects.filter(endpoint=asked.endpoint).update(recent=[])
    return by_column, labels


def _values(asked: Forgetting) -> tuple[str, ...]:
    """As they were given, and as each deployment hashes them where it hides a column in this way."""
    found = list(asked.values)
    for deployment_id in Intake.objects.filter(endpoint=asked.endpoint).values_list("deployment_id", flat=True):
        redactor = Redactor({}, secret=hash_secret(deployment_id))
        found += [redactor.digest(value.encode()) for value in asked.values]
    return tuple(found)


def _passes(asked: Forgetting, kind: str, condition: Condition) -> tuple[int, set[str]]:
    removed, requests = 0, set()
    for _number in range(PASSES):
        parts = list(Part.objects.filter(endpoint=asked.endpoint, kind=kind).order_by("day", "first_at"))
        found = [_some(asked, parts[at : at + AT_ONCE], condition) for at in range(0, len(parts), AT_ONCE)]
        removed += sum(one.removed for one in found)
        requests |= {request for one in found for request in one.requests}
        if all(one.is_whole and not one.removed for one in found):
            return removed, requests
    raise Refusal(
        "forgetting_overtaken",
        _("New rows of this kind came as fast as they were removed."),
        hint=_("Turn collection off, or redact the column, then ask again."),
    )


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    removed: int
    requests: tuple[str, ...] = ()
    is_whole: bool = True
    """No part was put together with others meanwhile."""


def _some(asked: Forgetting, parts: Sequence[Part], condition: Condition) -> _Found:
    folder = Path(tempfile.mkdtemp(prefix="forget-", dir=scratch()))
    try:
        leases.renew(asked)
        try:
            files = fetched(parts, folder)
        except FileNotFoundError:
            return _Found(removed=0, is_whole=False)
        told = ask_tables("forget", folder=folder, parts=files, condition=condition, beat=lambda: _beat(asked))
        removed, requests, is_whole = 0, [], True
        for part, one in zip(parts, told, strict=True):
            if not one["removed"]:
                continue
            if _replaced(part, one):
                removed += one["removed"]
                requests += one["request_ids"]
                Forgetting.objects.filter(pk=asked.pk).update(
                    reason=_("%(removed)s rows of %(day)s were removed.") % {"removed": f"{removed:,}", "day": part.day}
                )
            else:
                is_whole = False
        return _Found(removed=removed, requests=tuple(requests), is_whole=is_whole)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replaced(part: Part, told: dict[str, Any]) -> bool:
    """False where it went meanwhile; its rows are in another one, which the next pass finds."""
    blob = keep_part_file(Path(told["path"])) if "path" in told else None
    with transaction.atomic():
        gone, _by_model = Part.objects.filter(pk=part.pk).delete()
        if not gone:
            return False
        touch([part.blob_id])
        if blob is not None:
            values = {field.attname: getattr(part, field.attname) for field in Part._meta.concrete_fields}
            for name in ("id", "blob_id", "created_at"):
                values.pop(name)
            values |= {
                "blob": blob,
                "size_bytes": blob.size_bytes,
                "row_count": told["rows"],
                "request_count": told["requests"],
                "minutes": told["minutes"],
                "first_at": msgspec.convert(told["first_at"], datetime),
                "last_at": msgspec.convert(told["last_at"], datetime),
            }
            Part.objects.create(**values)
    return True


def _beat(asked: Forgetting) -> bool:
    leases.renew(asked)
    return True


def _holding(endpoint: Endpoint, *, is_found: bool) -> list[str]:
    """Versions that may have such rows. Where nothing was found, those that hold more than is kept of their window now,
    or of which that cannot be told: their rows went before, by retention or another removal."""
    saved = SavedWindow.objects.filter(endpoint=endpoint, version__isnull=False).select_related("version__dataset")
    return list(dict.fromkeys(str(one.version) for one in saved if is_found or _is_older(one)))


def _is_older(saved: SavedWindow) -> bool:
    kept = count_window(saved.endpoint, deployments=saved.deployments, start=saved.start, end=saved.end).rows
    return saved.is_labelled or (saved.row_count or 0) > kept


def _end(asked: Forgetting, state: WorkState, *, reason: str, hint: str = "", found: int = 1) -> None:
    """`found`: how many rows and labels; of a removal that broke nobody knows."""
    datasets = _holding(asked.endpoint, is_found=bool(found))
    with transaction.atomic():
        values: dict[str, Any] = {"state": state, "reason": reason, "hint": hint, "datasets": datasets, "values": []}
        mine = Forgetting.objects.filter(pk=asked.pk, state=WorkState.RUNNING)
        if not mine.update(state_since=timezone.now(), lease_until=None, **values):
            return
        record(
            None,
            f"mlops.collection.forget_{state.value}",
            subject=f"endpoints/{asked.endpoint.name}",
            project=asked.endpoint.project,
            reason=reason,
            data={"endpoint": asked.endpoint.name, "column": asked.column, "datasets": datasets},
            notice=("collected", str(asked.endpoint_id)),
        )
