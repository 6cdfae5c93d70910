"""The state of runs told to the host as commit statuses: pending, then success or failure. What fails is repeated."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.formats.refusal import Refusal
from mlops.repositories.hosts import tell_status
from mlops.repositories.models import Started
from mlops.runs.models import FINAL_RUN_STATES, RunState

AGAIN = timedelta(seconds=10)
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 10
LONGEST_WAIT_SECONDS = 3_600


def due(now: datetime) -> list[int]:
    """Without those of which the host knows that they are under way, and that still are."""
    is_over = Q(run=None) | Q(run__state__in=FINAL_RUN_STATES) | ~Q(trouble="")
    rows = Started.objects.filter(is_over | ~Q(reported="pending"), report_at__lte=now)
    return list(rows.order_by("report_at").values_list("pk", flat=True)[:100])


def report(started_id: int) -> None:
    """Tells the state where the host knows another, by one worker at a time."""
    now = timezone.now()
    rows = Started.objects.filter(pk=started_id)
    if not rows.filter(report_at__lte=now).update(report_at=now + LEASE):
        return
    one = rows.select_related("push__repository__project", "run").get()
    state = state_of(one)
    following = None if state != "pending" else now + AGAIN
    if state == one.reported or not one.push.commit:
        rows.update(report_at=following)
        return
    try:
        _tell(one, state)
    except Refusal as refusal:
        failed = one.report_attempts + 1
        wait = timedelta(seconds=min(10 * 2**failed, LONGEST_WAIT_SECONDS))
        again = now + wait if failed < MOST_ATTEMPTS else None
        trouble = f"{refusal.message} {refusal.hint}".strip()
        rows.update(report_at=again, report_attempts=F("report_attempts") + 1, report_trouble=trouble)
        return
    rows.update(report_at=following, reported=state, report_attempts=0, report_trouble="")


def state_of(one: Started) -> str:
    if one.run is None or one.trouble:
        return "failure"
    if one.run.state not in FINAL_RUN_STATES:
        return "pending"
    return "success" if one.run.state == RunState.COMPLETED else "failure"


def _tell(one: Started, state: str) -> None:
    push = one.push
    base = env.read("MLOPS_URL").rstrip("/")
    place = f"/runs/{one.run.pk}/" if one.run else f"/repositories/{push.repository.pk}/"
    words = one.trouble.split("\n", 1)[0] or (one.run.reason if one.run else "")
    plain = {"pending": _("The run is under way."), "success": _("The run has completed."), "failure": _("Failed.")}
    tell_status(
        push.repository,
        commit=push.commit,
        branch=push.branch,
        context=f"mlops/{one.path}" if one.path else "mlops",
        state=state,
        url=f"{base}{place}" if base.startswith("http") else "",
        description=words if state == "failure" and words else plain[state],
    )
