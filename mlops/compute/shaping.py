"""Workers and pools as the API tells them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.compute.models import JoinToken, Pool
from mlops.compute.queries import members
from mlops.formats.labels import written_labels
from mlops.work.ledger_rows import SILENT_AFTER
from mlops.work.models import Standing, Worker


def state_of(worker: Worker, now: datetime | None = None) -> str:
    """`ended`, `away`, or what people want of it: `active`, `draining`, `removed`."""
    if worker.ended_at:
        return "ended"
    if (now or timezone.now()) - worker.seen_at > SILENT_AFTER:
        return "away"
    return worker.state


def why_of(worker: Worker, now: datetime | None = None) -> tuple[str, datetime, str]:
    """Reason, since when, and what to do."""
    match state_of(worker, now):
        case "ended":
            return _("It was ended."), worker.ended_at or worker.seen_at, _("Start it again on its machine.")
        case "away":
            hint = _("It was killed, or cannot reach the database: see its log. What it held goes to another one.")
            return _("It has said nothing since then."), worker.seen_at, hint
        case Standing.DRAINING:
            hint = _("It takes no new steps. Stop it when it runs nothing, or resume it.")
            return worker.state_reason, worker.state_since or worker.started_at, hint
        case Standing.REMOVED:
            hint = _("It stops within seconds; start it again to have it back.")
            return worker.state_reason, worker.state_since or worker.started_at, hint
    told = _("It takes steps.") if worker.slots else _("It takes no steps, but all other work.")
    return told, worker.state_since or worker.started_at, _("Nothing to do.")


def worker_line(worker: Worker) -> dict[str, Any]:
    why, since, hint = why_of(worker)
    return {
        "id": worker.pk,
        "name": worker.name,
        "host": worker.host,
        "version": worker.version,
        "labels": worker.labels,
        "state": state_of(worker),
        "reason": why,
        "since": since,
        "hint": hint,
        "slots": worker.slots,
        "cpus": worker.cpus,
        "memory_bytes": worker.total_memory_bytes,
        "gpus": worker.gpus,
        "gpu_kind": worker.gpu_kind,
        "disk_free_bytes": worker.disk_free_bytes,
        "clock_ahead_seconds": worker.clock_ahead_seconds,
        "running": sum(1 for one in worker.doing if one.get("job") == "execution.step"),
        "started_at": worker.started_at,
        "seen_at": worker.seen_at,
    }


def pool_line(pool: Pool, workers: Collection[Worker]) -> dict[str, Any]:
    """`workers`: those that take steps now."""
    mine = members(pool, workers)
    return {
        "name": pool.name,
        "type": "pool",
        "description": pool.description,
        "labels": pool.labels,
        "least": pool.least,
        "most": pool.most,
        "workers": [one.name for one in mine],
        "slots": sum(one.slots for one in mine),
        "state": "ready" if mine else "empty",
        "created_at": pool.created_at,
    }


def join_token_line(token: JoinToken) -> dict[str, Any]:
    state, told = _state_of_token(token)
    return {
        "id": str(token.pk),
        "note": token.note,
        "labels": token.labels,
        "labels_told": written_labels(token.labels),
        "slots": token.slots,
        "state": state,
        "state_told": told,
        "created_by": token.created_by.get_username(),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
        "used_by": token.used_by,
    }


def _state_of_token(token: JoinToken) -> tuple[str, str]:
    if token.used_at is not None:
        return "used", _("used by %(host)s") % {"host": token.used_by}
    if token.revoked_at is not None:
        return "revoked", _("revoked")
    if token.expires_at <= timezone.now():
        return "expired", _("ran out")
    return "good", _("good, once")
