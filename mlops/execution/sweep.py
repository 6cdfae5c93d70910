"""The regular look: steps whose worker has died are tried again or failed with the reason; no run is forgotten."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.blobs.plain_files import remove_folder
from mlops.execution.claiming import LEASE, claimable
from mlops.execution.here import OWNER
from mlops.execution.laying_out import folder_of
from mlops.execution.retry import try_again
from mlops.runs.models import FINAL_RUN_STATES, Run, RunKind, Step
from mlops.runs.moves import move_step
from mlops.runtime.runner import steps_have_ended
from mlops.work import pulse, shared_clock
from mlops.work.calls import later

FORGOTTEN = timedelta(seconds=10)
"""How long a queued step may wait before its wake-up call is sent again."""

SLACK = timedelta(seconds=2)
"""By which workers may be of different minds about the time."""

MOST_CALLS = 100
"""Of steps at one look. Who takes one goes on with what waits, so a call is needed for each free slot alone: of a long
queue they would fill the broker, and hold up the next look."""

LEFT_SECONDS = 60.0
"""How long the folder of a step that nobody runs is left alone."""


def sweep() -> None:
    now = shared_clock.now()
    _shorten(now)
    lost = Q(lease_until__lt=now) | Q(lease_owner__in=_dead_owners())
    for step in Step.objects.filter(lost, state="running", lease_until__isnull=False).select_related("run__project"):
        _take_back(step, only=lost)
    paused = Q(lease_until__isnull=False)  # its call came before the end of its pause
    is_old = Q(state_since__lt=now - FORGOTTEN) | Q(state_since__gt=now + FORGOTTEN)
    forgotten = claimable().filter(paused | is_old)
    for step_id in forgotten.values_list("pk", flat=True)[:MOST_CALLS]:
        later("execution.step", step_id)
    for run_id in _open_runs().values_list("pk", flat=True):
        later("execution.advance", run_id)
    _tidy()


def is_any() -> bool:
    """Without a run that goes there is nothing but folders to clear away, which have time."""
    return _open_runs().exists()


def _open_runs() -> QuerySet[Run]:
    ours = Run.objects.exclude(kind=RunKind.TRACKED, state__in=("queued", "running"))  # of others clients tell
    return ours.exclude(state__in=FINAL_RUN_STATES)


def _dead_owners() -> list[str]:
    """Workers that died here, and whose steps have ended with them: nobody need wait for the end of their leases, as
    for those of other machines."""
    running = Step.objects.filter(state="running", lease_until__isnull=False).order_by()
    owners = set(running.values_list("lease_owner", flat=True).distinct()) - {OWNER}
    dead = pulse.gone_from_here(owners) if owners else {}
    return [name for name, pid in dead.items() if steps_have_ended(pid)]


def _shorten(now: datetime) -> None:
    """Leases that end later than any that begins now: the clock was set back since, and a dead worker's would last by
    as much longer. Who lives renews its own anyway."""
    leases = Step.objects.filter(state__in=("queued", "running"), lease_until__gt=now + LEASE + SLACK)
    leases.update(lease_until=now + LEASE)


def _take_back(step: Step, *, only: Q) -> None:
    if step.run.state == "cancelling":
        reason = _("Its worker died while it was being stopped.")
        move_step(step, expected=("running",), to="cancelled", reason=reason, only=only, ended_at=shared_clock.now())
        return
    try_again(step, code="worker_lost", why=_("The worker that ran it died."), only=only)


def _tidy() -> None:
    """Folders that a killed worker left behind."""
    folders = [path for path in (Path(settings.DATA_DIR) / "steps").glob("*-*") if _is_old(path)]
    if not folders:
        return
    running = {folder_of(step) for step in Step.objects.filter(state="running")}
    for folder in folders:
        if folder not in running:
            remove_folder(folder)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > LEFT_SECONDS
    except FileNotFoundError:
        return False
