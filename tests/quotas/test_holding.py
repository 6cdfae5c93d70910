"""Where a quota is used up: endpoints and deployments are refused, runs wait in their order."""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest
from django.db import connection
from django.utils import timezone

from mlops.batch import actions as batch
from mlops.deployments import actions
from mlops.deployments.models import Endpoint
from mlops.events.models import Event
from mlops.execution.advance import advance
from mlops.execution.tasks import begin_next
from mlops.formats.document import Document
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import cancel, submit
from mlops.pipelines.publishing import publish
from mlops.pipelines.schedules import create_schedule
from mlops.quotas.actions import set_quotas
from mlops.runs.models import Run, RunKind
from mlops.runs.moves import end_run
from tests.registry.shelf import registered
from tests.work.rows import worker

pytestmark = pytest.mark.django_db

DATA = Node(id="data", component="enter_data_manually", version="1", parameters={"data": "a\n1"})
SPEC = PipelineSpec(nodes=(DATA,), edges=())


def states() -> list[str]:
    return list(Run.objects.order_by("number").values_list("state", flat=True))


def test_one_endpoint_too_many_is_refused_with_what_is_used_and_who_may_raise_it(administrator, contributor, project):
    set_quotas(administrator, project, {"endpoints": 2})
    actions.create_endpoint(contributor, project, name="prices")
    batch.create_endpoint(contributor, project, name="nightly")
    for create in (actions.create_endpoint, batch.create_endpoint):
        with pytest.raises(Refusal) as refused:
            create(contributor, project, name="another")
        assert (refused.value.code, refused.value.status) == ("quota_reached", 409)
        assert "2 of 2" in refused.value.message
        assert "administrator" in refused.value.hint
        assert "/projects/churn/quotas/" in refused.value.hint


def test_there_is_room_again_once_one_is_deleted(administrator, contributor, project):
    set_quotas(administrator, None, {"endpoints": 1})
    batch.delete_endpoint(contributor, batch.create_endpoint(contributor, project, name="nightly"))
    assert actions.create_endpoint(contributor, project, name="prices")


def test_one_deployment_too_many_is_refused_of_either_sort(administrator, contributor, project):
    version = registered(contributor, project)
    set_quotas(administrator, project, {"deployments": 1})
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    actions.create_deployment(contributor, endpoint, name="blue", version=version)
    with pytest.raises(Refusal, match="1 of 1"):
        actions.create_deployment(contributor, endpoint, name="green", version=version)
    nightly = batch.create_endpoint(contributor, project, name="nightly")
    with pytest.raises(Refusal, match="1 of 1"):
        batch.add_to(contributor, nightly, name="green", make_default=True, version=version, entry="native")


def test_a_quota_below_what_is_there_takes_nothing_away(administrator, contributor, project):
    actions.create_endpoint(contributor, project, name="prices")
    set_quotas(administrator, project, {"endpoints": 0})
    assert Endpoint.objects.get().name == "prices"


def test_four_fifths_and_all_of_a_quota_are_told_by_event(administrator, contributor, project):
    set_quotas(administrator, project, {"endpoints": 5})
    for number in range(5):
        actions.create_endpoint(contributor, project, name=f"prices-{number}")
    told = Event.objects.filter(type="mlops.quota.warned").order_by("seq")
    assert [one.data["used"] for one in told] == [4, 5]


def test_runs_beyond_the_quota_wait_in_their_order_and_say_for_what(administrator, project, queued):
    set_quotas(administrator, project, {"runs_at_once": 1})
    first, second, third = queued(1), queued(2), queued(3)
    for run in (third, second, first, second, third):
        advance(run.pk)
    assert states() == ["running", "queued", "queued"]
    second.refresh_from_db()
    assert "the quota of this project is 1 run at once" in second.reason
    end_run(first, expected=("queued", "running"), to="cancelled", reason="x")
    advance(third.pk)
    begin_next(str(project.pk))
    assert states() == ["cancelled", "running", "queued"]


def test_a_waiting_run_says_so_on_its_page(client, administrator, contributor, project, queued):
    set_quotas(administrator, project, {"runs_at_once": 0})
    run = queued(1)
    advance(run.pk)
    client.force_login(contributor)
    worker()
    assert "the quota of this project is 0 runs at once" in client.get(f"/runs/{run.pk}/").content.decode()


def test_waiting_runs_begin_when_the_quota_is_raised_and_can_be_cancelled(administrator, contributor, project, queued):
    set_quotas(administrator, project, {"runs_at_once": 0})
    first, second = queued(1), queued(2)
    for run in (first, second):
        advance(run.pk)
    cancel(contributor, second)
    set_quotas(administrator, project, {"runs_at_once": "default"})
    advance(first.pk)
    assert states() == ["running", "cancelling"]


def test_trials_tracked_runs_and_batch_jobs_are_not_counted(administrator, project, queued):
    set_quotas(administrator, project, {"runs_at_once": 1})
    sweep = queued(1)
    queued(2, state="running", kind=RunKind.TRACKED)
    queued(3, state="running", origin="batch-endpoints/x@blue")
    trial = queued(4, parent=sweep)
    for run in (sweep, trial):
        advance(run.pk)
    assert states() == ["running"] * 4


def test_a_run_too_many_in_24_hours_is_refused_and_has_room_a_day_later(administrator, contributor, project, queued):
    set_quotas(administrator, project, {"runs_a_day": 1})
    old = queued(1, state="completed")
    with pytest.raises(Refusal, match="Runs in 24 hours, 1 of 1") as refused:
        submit(contributor, project, spec=SPEC, experiment="first")
    assert "Wait until the oldest is a day old" in refused.value.hint
    Run.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert submit(contributor, project, spec=SPEC, experiment="first").number == 2


def test_one_schedule_too_many_is_refused(administrator, contributor, project):
    set_quotas(administrator, project, {"schedules": 1})
    published = publish(contributor, project, endpoint="train", spec=SPEC, document=msgspec.to_builtins(Document()))
    trigger = {"type": "cron", "expression": "0 3 * * *"}
    create_schedule(contributor, published.endpoint, name="nightly", trigger=trigger)
    with pytest.raises(Refusal, match="Schedules, 1 of 1"):
        create_schedule(contributor, published.endpoint, name="again", trigger=trigger)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_add_at_once_no_more_get_in_than_there_is_room(administrator, contributor, project):
    set_quotas(administrator, project, {"endpoints": 2})
    outcomes: list[str] = []

    def add(number: int) -> None:
        try:
            actions.create_endpoint(contributor, project, name=f"prices-{number}")
            outcomes.append("made")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["made"] * 2 + ["quota_reached"] * 3


@pytest.mark.django_db(transaction=True)
def test_of_many_runs_looked_at_at_once_no_more_begin_than_may(administrator, project, queued):
    set_quotas(administrator, project, {"runs_at_once": 2})
    runs = [queued(number) for number in range(1, 6)]

    def look(run: Run) -> None:
        try:
            advance(run.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=look, args=(run,)) for run in runs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert states() == ["running"] * 2 + ["queued"] * 3
