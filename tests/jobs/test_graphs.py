"""Pipeline components: registered from their YAML, and used by jobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.components.models import Component, ComponentVersion
from mlops.components.registering import register_folder
from mlops.formats.refusal import Refusal
from tests.execution.conftest import carry_out
from tests.jobs.conftest import Create, written
from tests.jobs.test_commands import log_of

pytestmark = pytest.mark.django_db(transaction=True)
GREET = """type: pipeline
name: greet_twice
version: 3
inputs:
  word: {type: string, default: hello}
outputs:
  said: {type: uri_folder, mode: upload}
jobs:
  say:
    type: command
    component: ./say.yml
    inputs: {word: "${{parent.inputs.word}}"}
    outputs: {said: "${{parent.outputs.said}}"}
"""
SAY = """type: command
name: say
version: 1
inputs: {word: {type: string}}
outputs: {said: {type: uri_folder}}
command: echo ${{inputs.word}} > ${{outputs.said}}/said.txt && echo said ${{inputs.word}}
"""
JOB = """type: pipeline
jobs:
  greet: {type: pipeline, component: "azureml:greet_twice:3", inputs: {word: goodbye}}
"""


def test_a_pipeline_component_is_registered_and_run_by_a_job(
    contributor, project, create: Create, tmp_path: Path
) -> None:
    folder = written(tmp_path / "a", GREET, say_yml=SAY)
    version = register_folder(contributor, project, folder, main="job.yml")
    assert (str(version.component.name), version.version, version.kind) == ("greet_twice", "3", "graph")
    assert [one.name for one in Component.objects.filter(archived_at=None)] == ["greet_twice"]
    run = carry_out(create(written(tmp_path / "b", JOB)))
    assert run.state == "completed"
    assert "said goodbye" in log_of(run)


def test_the_same_again_makes_nothing_new(contributor, project, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", GREET, say_yml=SAY)
    assert register_folder(contributor, project, folder, main="job.yml") == register_folder(
        contributor, project, folder, main="job.yml"
    )
    assert ComponentVersion.objects.count() == 2


def test_of_a_faulty_pipeline_component_nothing_is_created(contributor, project, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", GREET.replace("{word: ", "{wrd: "), say_yml=SAY)
    with pytest.raises(Refusal, match="line 12"):
        register_folder(contributor, project, folder, main="job.yml")
    assert not Component.objects.exists()
