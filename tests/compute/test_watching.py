"""Workers come and go: each change is one event, whoever looks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.compute import watching
from mlops.events.models import Event
from mlops.work.models import Worker
from tests.work.rows import worker

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("type", flat=True))


def test_a_worker_that_begins_is_told_once():
    worker()
    watching.watch()
    watching.watch()
    assert told() == ["mlops.worker.started"]


def test_one_that_is_lost_and_comes_back_is_told():
    one = worker()
    watching.watch()
    Worker.objects.filter(pk=one.pk).update(seen_at=timezone.now() - timedelta(minutes=1))
    watching.watch()
    Worker.objects.filter(pk=one.pk).update(seen_at=timezone.now())
    watching.watch()
    assert told() == ["mlops.worker.started", "mlops.worker.lost", "mlops.worker.returned"]


def test_one_that_ended_before_anybody_looked_is_no_news():
    worker(ended_at=timezone.now())
    watching.watch()
    assert told() == []


def test_two_who_look_at_once_tell_it_once():
    stale = worker()
    watching.watch()
    watching._tell(stale, watching.STARTED)
    assert told() == ["mlops.worker.started"]
