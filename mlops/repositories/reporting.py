"""What became of a commit's runs, and of a tag's releases, told to the host as commit statuses: pending, then success
or failure. What fails is repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.formats.refusal import Refusal
from mlops.repositories.hosts import tell_status
from mlops.repositories.models import CallState, ReleaseCall, Repository, Started
from mlops.runs.models import FINAL_RUN_STATES, RunState

AGAIN = timedelta(seconds=10)
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 10
LONGEST_WAIT_SECONDS = 3_600
ENDED = (CallState.DONE, CallState.FAILED)


@dataclass(frozen=True, kw_only=True)
class Status:
    repository: Repository
    commit: str
    """Empty while it is unknown: nothing is told."""
    ref: str
    """The branch or the tag."""
    context: str
    state: str
    page: str
    words: str
    """Why it failed."""
    is_release: bool = False


def due(now: datetime) -> list[int]:
    """Without those of which the host knows that they are under way, and that still are."""
    is_over = Q(run=None) | Q(run__state__in=FINAL_RUN_STATES) | ~Q(trouble="")
    return _due(Started.objects.filter(is_over | ~Q(reported="pending")), now)


def due_calls(now: datetime) -> list[int]:
    return _due(ReleaseCall.objects.filter(Q(state__in=ENDED) | ~Q(reported="pending")), now)


def report(started_id: int) -> None:
    """Tells the state where the host knows another, by one worker at a time."""
    rows = Started.objects.filter(pk=started_id)
    _report(rows.select_related("push__repository__project", "run"), _of_file)


def report_call(call_id: int) -> None:
    """As `report`, of a release that a tag began."""
    rows = ReleaseCall.objects.filter(pk=call_id)
    _report(rows.select_related("release__repository__project", "run", "deployment"), _of_call)


def _due(rows: QuerySet[Any], now: datetime) -> list[int]:
    return list(rows.filter(report_at__lte=now).order_by("report_at").values_list("pk", flat=True)[:100])


def _report(rows: QuerySet[Any], status_of: Callable[[Any], Status]) -> None:
    """What is to be told anew meanwhile stays to be told."""
    now = timezone.now()
    lease = now + LEASE
    if not rows.filter(report_at__lte=now).update(report_at=lease):
        return
    row, mine = rows.get(), rows.filter(report_at=lease)
    status = status_of(row)
    following = None if status.state != "pending" else now + AGAIN
    if status.state == row.reported or not status.commit:
        mine.update(report_at=following)
        return
    try:
        _tell(status)
    except Refusal as refusal:
        failed = row.report_attempts + 1
        wait = timedelta(seconds=min(10 * 2**failed, LONGEST_WAIT_SECONDS))
        again = now + wait if failed < MOST_ATTEMPTS else None
        trouble = f"{refusal.message} {refusal.hint}".strip()
        mine.update(report_at=again, report_attempts=F("report_attempts") + 1, report_trouble=trouble)
        return
    rows.update(reported=status.state, report_attempts=0, report_trouble="")
    mine.update(report_at=following)


def state_of(one: Started) -> str:
    if one.run is None or one.trouble:
        return "failure"
    if one.run.state not in FINAL_RUN_STATES:
        return "pending"
    return "success" if one.run.state == RunState.COMPLETED else "failure"


def _of_file(one: Started) -> Status:
    push = one.push
    return Status(
        repository=push.repository,
        commit=push.commit,
        ref=push.branch,
        context=f"mlops/{one.path}" if one.path else "mlops",
        state=state_of(one),
        page=f"/runs/{one.run.pk}/" if one.run else f"/repositories/{push.repository.pk}/",
        words=one.trouble.split("\n", 1)[0] or (one.run.reason if one.run else ""),
    )


def _of_call(call: ReleaseCall) -> Status:
    release = call.release
    page = f"/repositories/{release.repository_id}/releases/"
    if call.run:
        page = f"/runs/{call.run.pk}/"
    elif call.deployment:
        page = f"/endpoints/{call.deployment.endpoint_id}/"
    return Status(
        repository=release.repository,
        commit=call.commit,
        ref=call.git_tag,
        context=f"mlops/release/{release.name}",
        state={CallState.DONE: "success", CallState.FAILED: "failure"}.get(CallState(call.state), "pending"),
        page=page,
        words=call.reason.split("\n", 1)[0],
        is_release=True,
    )


def _tell(status: Status) -> None:
    base = env.read("MLOPS_URL").rstrip("/")
    plain = {"pending": _("The run is under way."), "success": _("The run has completed."), "failure": _("Failed.")}
    if status.is_release:
        plain |= {"pending": _("The release is under way."), "success": _("The release is done.")}
    tell_status(
        status.repository,
        commit=status.commit,
        branch=status.ref,
        context=status.context,
        state=status.state,
        url=f"{base}{status.page}" if base.startswith("http") else "",
        description=status.words if status.state == "failure" and status.words else plain[status.state],
    )
