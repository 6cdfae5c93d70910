"""Schedules and policies of a person who leaves: disabled, told, and taken over."""

from __future__ import annotations

import msgspec
import pytest
from django.contrib.auth.models import User

from mlops.access.models import Role
from mlops.accounts import leaving, standing
from mlops.accounts.membership import give_role
from mlops.events.models import Event
from mlops.formats.document import Document
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.pipelines.models import Schedule
from mlops.pipelines.publishing import publish
from mlops.pipelines.schedules import create_schedule, enable_schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(owner, project) -> Schedule:
    node = Node(id="data", component="enter_data_manually", version="1", parameters={"data": "a\n1"})
    spec, document = PipelineSpec(nodes=(node,), edges=()), msgspec.to_builtins(Document())
    version = publish(owner, project, endpoint="e", spec=spec, document=document)
    each_minute = {"type": "cron", "expression": "* * * * *"}
    return create_schedule(owner, version.endpoint, name="each minute", trigger=each_minute)


@pytest.fixture
def ada(db) -> User:
    return User.objects.create_superuser("ada")


def test_schedules_are_told_before_and_disabled_with_the_reason(schedule, owner, ada):
    schedule_names = {one.kind: one.names for one in leaving.held_by(owner)}["schedules"]
    assert schedule_names == [f"churn/{schedule.name}"]
    standing.deactivate(ada, owner, reason="left")
    schedule.refresh_from_db()
    assert (schedule.is_enabled, schedule.next_at, "olga" in schedule.reason) == (False, None, True)
    assert Event.objects.filter(type="mlops.schedule.disabled").latest("seq").reason == "left"


def test_owners_are_told_by_an_event_of_the_project(schedule, owner, ada, project):
    standing.deactivate(ada, owner)
    told = Event.objects.filter(type="mlops.project.person_left").latest("seq")
    assert (told.project, told.data) == (project, {"user": "olga"})


def test_whoever_enables_one_lets_it_run_in_their_name(schedule, owner, ada, project, contributor):
    give_role(owner, project, user=contributor, role=Role.CONTRIBUTOR)
    standing.deactivate(ada, owner)
    schedule.refresh_from_db()
    enable_schedule(contributor, schedule)
    schedule.refresh_from_db()
    assert (schedule.created_by, schedule.is_enabled, schedule.reason) == (contributor, True, "")
