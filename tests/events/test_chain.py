"""The chain of events."""

from __future__ import annotations

import pytest

from mlops.events.audit.watching import check
from mlops.events.chain import record
from mlops.events.models import Event, Notice

pytestmark = pytest.mark.django_db


def test_a_chain_of_events_is_whole(owner, project):
    for number in range(5):
        record(owner, "mlops.endpoint.created", subject=f"endpoints/{number}", project=project)
    assert check(whole=True).broken_at is None


def test_a_changed_event_breaks_the_chain_at_its_place(owner, project):
    record(owner, "mlops.endpoint.created", subject="endpoints/1", project=project)
    changed = record(owner, "mlops.endpoint.created", subject="endpoints/2", project=project)
    record(owner, "mlops.endpoint.created", subject="endpoints/3", project=project)
    Event.objects.filter(pk=changed.pk).update(reason="was never said")
    assert check(whole=True).broken_at == changed.seq


def test_a_deleted_event_breaks_the_chain(owner, project):
    gone = record(owner, "mlops.endpoint.created", subject="endpoints/1", project=project)
    after = record(owner, "mlops.endpoint.created", subject="endpoints/2", project=project)
    Event.objects.filter(pk=gone.pk).delete()
    assert check(whole=True).broken_at == after.seq


def test_an_event_says_who_even_when_the_account_is_gone(owner, project, stranger):
    event = record(stranger, "mlops.endpoint.created", subject="endpoints/1", project=project)
    stranger.delete()
    event.refresh_from_db()
    assert (event.actor, event.actor_name) == (None, "sven")
    assert check(whole=True).broken_at is None


def test_an_event_with_a_notice_tells_open_pages(owner, project):
    record(owner, "mlops.endpoint.created", subject="endpoints/1", project=project, notice=("run", "42"))
    assert Notice.objects.filter(kind="run", ref="42", project=project).exists()
