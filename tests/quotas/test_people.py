"""Where a person's own quota is used up, in whatever project: more is refused, and runs wait without keeping others."""

from __future__ import annotations

import pytest

from mlops.accounts.membership import create_project
from mlops.deployments import actions
from mlops.execution.advance import advance
from mlops.formats.refusal import Refusal
from mlops.quotas.actions import set_person_quotas, set_quotas
from mlops.quotas.own import full_people
from mlops.runs.models import Run

pytestmark = pytest.mark.django_db


def test_one_endpoint_too_many_of_a_person_is_refused_in_every_project(administrator, contributor, owner, project):
    set_person_quotas(administrator, contributor, {"endpoints": 1})
    actions.create_endpoint(contributor, project, name="prices")
    own = create_project(contributor, name="Own", slug="own")
    with pytest.raises(Refusal) as refused:
        actions.create_endpoint(contributor, own, name="another")
    assert (refused.value.code, refused.value.status) == ("quota_reached", 409)
    assert "“carl”" in refused.value.message
    assert "1 of 1" in refused.value.message
    assert "/settings/quotas/" in refused.value.hint
    assert actions.create_endpoint(owner, project, name="another")


def test_a_person_has_their_own_or_what_holds_for_everybody(administrator, contributor, owner, project):
    set_person_quotas(administrator, None, {"endpoints": 0})
    set_person_quotas(administrator, contributor, {"endpoints": "unlimited"})
    assert actions.create_endpoint(contributor, project, name="prices")
    with pytest.raises(Refusal, match="0 of 0"):
        actions.create_endpoint(owner, project, name="another")


def test_runs_of_a_person_wait_for_one_another_and_keep_nobody_else_back(
    administrator, contributor, owner, project, queued
):
    set_person_quotas(administrator, contributor, {"runs_at_once": 1})
    set_quotas(administrator, project, {"runs_at_once": 2})
    first, second, third = (queued(number) for number in (1, 2, 3))
    Run.objects.filter(pk=third.pk).update(created_by=owner)
    for run in (first, second, third):
        advance(run.pk)
    told = dict(Run.objects.values_list("number", "state"))
    assert told == {1: "running", 2: "queued", 3: "running"}
    assert "the quota of carl is 1 run at once" in Run.objects.get(number=2).reason
    Run.objects.filter(pk=first.pk).update(state="completed")
    advance(second.pk)
    assert Run.objects.get(number=2).state == "running"


def test_people_at_their_limit_are_known_by_what_holds_for_them(administrator, contributor, owner, project, queued):
    advance(queued(1).pk)
    assert full_people("runs_at_once") == []
    set_person_quotas(administrator, None, {"runs_at_once": 1})
    assert full_people("runs_at_once") == [contributor.pk]
    set_person_quotas(administrator, contributor, {"runs_at_once": "unlimited"})
    assert full_people("runs_at_once") == []
