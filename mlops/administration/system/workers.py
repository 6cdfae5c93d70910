"""The workers, what each carries out now, and whether there is one at all."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import mlops
from mlops.administration.system.standing import Standing, State
from mlops.compute.shaping import state_of, why_of
from mlops.work.models import Worker

STATES: dict[str, State] = {"ended": "unknown", "away": "bad", "draining": "warning", "removed": "warning"}
"""Of those that do not take work."""


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    job: str
    arguments: str
    since: datetime


class WorkerLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: str
    places: int
    calls: int
    memory_bytes: int | None
    started_at: datetime
    seen_at: datetime
    doing: list[Doing]
    standing: Standing


def workers(now: datetime | None = None) -> list[WorkerLine]:
    """Those that ended within a day too, the last seen first."""
    return [_line(one, now or timezone.now()) for one in Worker.objects.all()]


def standing(lines: list[WorkerLine]) -> Standing:
    """Of all together: one that works is enough."""
    working = [one for one in lines if one.standing.state in ("ok", "warning")]
    if working:
        busy = sum(len(one.doing) for one in working)
        count = ngettext("%d worker", "%d workers", len(working)) % len(working)
        return Standing(state="ok", why=_("%(workers)s, %(busy)d calls under way") % {"workers": count, "busy": busy})
    last = max((one.seen_at for one in lines), default=None)
    return Standing(
        state="bad",
        why=_("No worker runs: runs, conversions, monitors and deliveries wait."),
        since=last,
        remedy=_("`mlops up` starts one; its log says why it ended."),
    )


def _line(worker: Worker, now: datetime) -> WorkerLine:
    return WorkerLine(
        name=worker.name,
        version=worker.version,
        places=worker.places,
        calls=worker.calls,
        memory_bytes=worker.memory_bytes,
        started_at=worker.started_at,
        seen_at=worker.seen_at,
        doing=doing_of(worker),
        standing=_standing(worker, now),
    )


def doing_of(worker: Worker) -> list[Doing]:
    """Calls that it carries out now, the oldest first."""
    return msgspec.convert(worker.doing, list[Doing])


def _standing(worker: Worker, now: datetime) -> Standing:
    state = state_of(worker, now)
    if state in STATES:
        why, since, remedy = why_of(worker, now)
        return Standing(state=STATES[state], why=why, since=since, remedy="" if state == "ended" else remedy)
    if worker.version != mlops.__version__:
        return Standing(
            state="warning",
            why=_("It is of version %(its)s, the pages are of %(ours)s.")
            % {"its": worker.version, "ours": mlops.__version__},
            since=worker.started_at,
            remedy=_("Start it again."),
        )
    if worker.places and len(worker.doing) >= worker.places:
        return Standing(
            state="warning",
            why=_("All its places are taken: what comes now waits."),
            remedy=_("Start another worker, or give this one more by MLOPS_STEP_SLOTS."),
        )
    return Standing(state="ok", why=_("works") if worker.doing else _("waits for work"), since=worker.started_at)
