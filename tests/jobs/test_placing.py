"""Where jobs run and how urgent they are, as their files say."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.compute.actions import create_pool
from mlops.execution.advance import advance
from mlops.formats.azureml.component import write_resources
from mlops.formats.azureml.faults import Faults
from mlops.formats.azureml.job_fields import read_resources
from mlops.formats.azureml.lines import load
from mlops.formats.refusal import Refusal
from mlops.jobs.actions import create_job
from mlops.jobs.shaping import job_whole
from mlops.runs.models import Step
from mlops.work.models import Worker

pytestmark = pytest.mark.django_db

JOB = """\
type: command
command: echo hello
environment: azureml:mlops-studio@latest
compute: azureml:gpu-cluster
resources: {cpu: 2, memory: 1Gi, labels: {zone: a}}
"""


def made(actor, project, folder, text: str = JOB):
    folder.mkdir(exist_ok=True)
    (folder / "job.yml").write_text(text)
    run, warnings = create_job(actor, project, folder, main="job.yml")
    advance(run.pk)
    return Step.objects.get(run=run, node="job"), warnings


def test_a_compute_that_is_a_pool_is_where_the_job_runs(admin_user, contributor, project, tmp_path):
    create_pool(admin_user, name="gpu-cluster", labels="gpu")
    step, warnings = made(contributor, project, tmp_path / "files")
    assert (step.asks_place, step.asks_cpus, step.asks_memory_bytes) == ("@gpu-cluster,zone=a", 2.0, 2**30)
    assert "gpu-cluster" not in str(warnings)


def test_a_compute_of_elsewhere_is_warned_of_and_runs_anywhere(contributor, project, tmp_path):
    step, warnings = made(contributor, project, tmp_path / "files")
    assert step.asks_place == "zone=a"
    assert "“gpu-cluster” has no meaning here" in str(warnings)


def test_a_high_priority_is_for_those_who_may_put_runs_first(owner, contributor, project, tmp_path):
    urgent = JOB + "queue_settings: {priority: high}\n"
    with pytest.raises(Refusal, match="prioritize"):
        made(contributor, project, tmp_path / "files", urgent)
    assert made(owner, project, tmp_path / "files", urgent)[0].run.priority == 1


def test_a_job_that_no_worker_can_take_says_what_it_asks_for(contributor, project, tmp_path):
    now = timezone.now()
    plain = {"version": "1", "places": 2, "slots": 1, "cpus": 8.0, "total_memory_bytes": 2**34}
    Worker.objects.create(name="a:1", host="a", pid=1, started_at=now, seen_at=now, **plain)
    step, _warnings = made(contributor, project, tmp_path / "files")
    shown = job_whole(step.run)
    asked = "It asks for a worker with the labels zone=a, which no worker has."
    assert shown["steps"][0]["reason"].startswith(asked)
    assert shown["reason"].startswith(f"0 of 1 steps done. {asked}")


def test_resources_are_written_as_they_were_read():
    source = load("job.yml", "resources: {cpu: 0.5, memory: 2GB, gpu: 1, labels: {zone: a}}")
    read = read_resources(source, (), Faults(source), [])
    told = {"cpu": 0.5, "memory": 2 * 10**9, "gpu": 1, "labels": {"zone": "a"}}
    assert write_resources(read)["resources"] == told


PIPELINE = """\
type: pipeline
settings: {default_compute: azureml:slow}
resources: {memory: 1Gi}
jobs:
  first:
    type: command
    component: azureml:enter_data_manually
    inputs: {data: "a\\n1"}
  second:
    type: command
    component: azureml:enter_data_manually
    inputs: {data: "a\\n2"}
    compute: azureml:gpus
    resources: {gpu: 1, labels: {zone: a}}
"""


def test_steps_ask_for_what_they_say_and_else_for_what_their_pipeline_says(admin_user, contributor, project, tmp_path):
    create_pool(admin_user, name="gpus", labels="gpu")
    (tmp_path / "job.yml").write_text(PIPELINE)
    run, warnings = create_job(contributor, project, tmp_path, main="job.yml")
    advance(run.pk)
    first, second = Step.objects.filter(run=run).order_by("node")
    assert (first.asks_place, first.asks_memory_bytes, first.asks_gpus) == ("", 2**30, 0)
    assert (second.asks_place, second.asks_memory_bytes, second.asks_gpus) == ("@gpus,zone=a", 2**30, 1)
    assert "line 2: “default_compute”: “slow” has no meaning here: no pool is called so" in str(warnings)
