from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.runs.models import Experiment, Run, Step
from mlops.web.pages.run_outputs import outputs_of

pytestmark = pytest.mark.django_db


def _step(project, component: str, *ports: str) -> Step:
    now = timezone.now()
    experiment = Experiment.objects.create(project=project, name="first")
    run = Run.objects.create(project=project, experiment=experiment, number=7, spec={}, state_since=now)
    outputs = {port: {"type": "table", "tree": ""} for port in ports}
    return Step.objects.create(run=run, node="a", component=component, version="1", outputs=outputs, state_since=now)


def test_outputs_come_in_the_order_of_the_components_ports(project):
    step = _step(project, "split_data", "results_dataset2", "results_dataset1")
    found = outputs_of(step.run, [step])
    assert [(port, label) for _step, port, _output, label in found] == [
        ("results_dataset1", "Results dataset1"),
        ("results_dataset2", "Results dataset2"),
    ]


def test_outputs_of_a_component_that_is_gone_are_told_as_well(project):
    step = _step(project, "gone", "b", "a")
    assert sorted(port for _step, port, _output, _label in outputs_of(step.run, [step])) == ["a", "b"]
