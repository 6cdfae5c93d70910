"""The regular look at policies and attempts, and the work of a stage."""

from __future__ import annotations

from mlops.retraining import advancing, triggers, working
from mlops.retraining.models import LIVE, WORKED_ON, Attempt, Policy
from mlops.work.calls import every, job, later


@job("retraining.advance")
def advance(attempt_id: str) -> None:
    if Attempt.objects.filter(pk=attempt_id, stage__in=LIVE).exists():
        advancing.advance(attempt_id)


@job("retraining.work")
def work(attempt_id: str) -> None:
    working.work(attempt_id)


def _is_any() -> bool:
    return Policy.objects.filter(is_enabled=True).exists() or Attempt.objects.filter(stage__in=LIVE).exists()


@every(2, "retraining.look", if_any=_is_any)
def look() -> None:
    """Begins what is due, advances what is under way, and hands work out that nobody took."""
    triggers.tick()
    rows = Attempt.objects.filter(stage__in=LIVE).exclude(stage__in=WORKED_ON)
    for pk in rows.order_by("created_at").values_list("pk", flat=True):
        advancing.advance(pk)
    for pk in working.lost():
        later("retraining.work", pk)
