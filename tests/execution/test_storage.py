"""A step whose outputs the project has no room for."""

from __future__ import annotations

import pytest

from mlops.quotas.actions import set_quotas
from mlops.runs.models import Step
from tests.execution.conftest import carry_out

pytestmark = pytest.mark.django_db


def test_a_step_without_room_for_its_outputs_fails_with_the_reason_and_keeps_none(begin, owner, project):
    owner.is_superuser = True
    set_quotas(owner, project, {"storage": 100})
    run = carry_out(begin("split_data"))
    step = Step.objects.get(run=run, node="step")
    assert (step.state, step.outputs, step.error["code"]) == ("failed", {}, "quota_reached")
    assert "has no room for" in step.reason
