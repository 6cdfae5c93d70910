"""The jobs: take a push up, look regularly, and find what lost its worker."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from mlops.repositories import looks, releases, reporting, taking_up
from mlops.repositories.models import Delivery, Repository
from mlops.repositories.releasing import working
from mlops.work.calls import every, job, later


@job("repositories.take_up")
def take_up(push_id: str) -> None:
    taking_up.take_up(push_id)


@job("repositories.look")
def look(repository_id: str) -> None:
    row = Repository.objects.select_related("project").filter(pk=repository_id).first()
    if row is not None:
        looks.look(row)


@job("repositories.poll")
def poll(repository_id: str) -> None:
    row = Repository.objects.select_related("project").filter(pk=repository_id, is_enabled=True).first()
    if row is not None:
        looks.poll(row)


@job("repositories.report")
def report(started_id: str) -> None:
    reporting.report(int(started_id))


@every(10, "repositories.look_at_runs")
def look_at_runs() -> None:
    for started_id in reporting.due(timezone.now()):
        later("repositories.report", started_id)
    for call_id in reporting.due_calls(timezone.now()):
        later("repositories.report_call", call_id)


@job("repositories.report_call")
def report_call(call_id: str) -> None:
    reporting.report_call(int(call_id))


@job("repositories.release")
def release(call_id: str) -> None:
    working.work(int(call_id))


@every(10, "repositories.look_at_models")
def look_at_models() -> None:
    releases.hand_out()
    for call_id in working.due(timezone.now()):
        later("repositories.release", call_id)


@every(3_600, "repositories.forget_deliveries")
def forget_deliveries() -> None:
    """A commit starts once also when its delivery is forgotten."""
    Delivery.objects.filter(at__lt=timezone.now() - timedelta(days=30)).delete()


@every(20, "repositories.sweep")
def sweep() -> None:
    """A look that is due is taken by one worker: the row's next look moves on at once."""
    for push_id in taking_up.waiting().values_list("pk", flat=True)[:20]:
        later("repositories.take_up", push_id)
    now = timezone.now()
    due = Repository.objects.filter(is_enabled=True, poll_minutes__gt=0, next_look_at__lte=now)
    for row in due:
        following = now + timedelta(minutes=row.poll_minutes)
        if Repository.objects.filter(pk=row.pk, next_look_at=row.next_look_at).update(next_look_at=following):
            later("repositories.poll", row.pk)
