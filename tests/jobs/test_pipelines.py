"""Pipeline jobs, submitted as their files say, carried out with real processes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mlops.blobs.trees import open_file
from mlops.components.models import Component
from mlops.components.registering import register_folder
from mlops.formats.azureml.faults import Faulty
from mlops.formats.document import Document
from mlops.runs.models import Run, Step
from tests.execution.conftest import carry_out
from tests.jobs.conftest import FILES, Create, written

pytestmark = pytest.mark.django_db(transaction=True)


def finished(run: Run) -> dict[str, Step]:
    """Steps by node, once all that can run has run."""
    for _round in range(6):
        run = carry_out(run)
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    assert run.state == "completed", [(one.node, one.error or one.reason) for one in steps.values()]
    return steps


def text_at(step: Step, port: str, path: str) -> str:
    return open_file(step.outputs[port]["tree"], path).read().decode()


def test_two_steps_hand_files_on_and_parent_inputs_reach_them(create: Create) -> None:
    run = create("two_steps", "pipeline.yml", "inputs.times=3")
    steps = finished(run)
    assert text_at(steps["sum_up"], "total", "total") == "18.0 small"
    assert (run.kind, run.experiment.name, run.display_name) == ("pipeline", "sums", "Two steps")
    assert not Component.objects.exists()
    assert set(msgspec.convert(run.document, type=Document).nodes) >= {"scale", "sum_up"}


def test_an_equal_pipeline_reuses_its_steps_and_force_rerun_does_not(create: Create) -> None:
    finished(create("two_steps", "pipeline.yml"))
    assert finished(create("two_steps", "pipeline.yml"))["scale"].state == "reused"
    again = finished(create("two_steps", "pipeline.yml", "settings.force_rerun=true"))
    assert (again["scale"].state, again["sum_up"].state) == ("completed", "completed")


def test_a_pipeline_component_from_a_file_is_carried_out_by_its_steps(create: Create) -> None:
    steps = finished(create("nested", "pipeline.yml"))
    assert text_at(steps["after"], "told", "told") == "got 12.0"
    assert "inner.scale" in steps


def test_a_registered_component_and_a_change_of_its_limits(create: Create, contributor, project, tmp_path) -> None:
    register_folder(contributor, project, FILES / "two_steps", main="scale.yml", name="scaler", version="7")
    text = (
        "type: pipeline\njobs:\n  a:\n    type: command\n    component: azureml:scaler@latest\n"
        "    limits: {timeout: 60}\n    environment_variables: {UNIT: km}\n"
        "    inputs: {rows: {type: uri_file, path: rows.csv}, times: '2'}\n"
    )
    steps = finished(create(written(tmp_path / "a", text, rows_csv="x\n1\n")))
    assert text_at(steps["a"], "scaled", "scaled.csv") == "2.0 km\n"


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        ("jobs.sum_up.inputs.rows=${{parent.jobs.skale.outputs.scaled}}", 31, "no job “skale”"),
        ("jobs.sum_up.inputs.rows=${{parent.jobs.scale.outputs.skaled}}", 31, "no output “skaled”"),
        ("jobs.scale.inputs.times=${{parent.inputs.tims}}", 22, "no such input “tims”"),
        ("jobs.scale.inputs.tims=3", 20, "no input “tims”"),
        ("jobs.scale.inputs.times=many", 22, "is no number"),
        ("jobs.scale.component=./skale.yml", 19, "no file"),
        ("jobs.sum_up.type=spark", 24, "not run here"),
        ("settings.force_rerum=true", 14, "force_rerum"),
        ("jobs.sum_up.outputs.total=${{parent.outputs.tota}}", 34, "no output “tota”"),
        ("inputs.rows.path=azureml:Rose:1", 9, "Rose"),
    ],
)
def test_a_fault_is_told_at_its_line(create: Create, change: str, line: int, words: str) -> None:
    with pytest.raises(Faulty) as refused:
        create("two_steps", "pipeline.yml", change)
    told = refused.value.extra["problems"]
    assert any(f"line {line}:" in one["message"] and words in one["message"] for one in told), told
    assert not Run.objects.exists()


def test_an_input_that_a_job_leaves_out_is_told(create: Create, tmp_path: Path) -> None:
    text = "type: pipeline\njobs:\n  a:\n    component: scale.yml\n    inputs: {times: 2}\n"
    with pytest.raises(Faulty, match="line 5: “a” gives no value to the input “rows”"):
        create(written(tmp_path / "a", text, scale_yml=(FILES / "two_steps" / "scale.yml").read_text()))


def test_a_job_with_a_command_has_limits_of_its_own(create: Create, tmp_path: Path) -> None:
    text = "type: pipeline\njobs:\n  a:\n    command: sleep 20\n    limits: {timeout: 0.3}\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    assert Step.objects.get(run=run, node="a").error["code"] == "too_slow"


def test_a_component_has_its_includes_beside_its_code(create: Create, tmp_path: Path) -> None:
    component = (
        "type: command\nname: reader\ncode: src\nadditional_includes: [lib, more.txt]\n"
        "command: cat a.txt lib/b.txt more.txt > ${{outputs.all}}\noutputs: {all: {type: uri_file}}\n"
    )
    text = "type: pipeline\njobs:\n  a: {component: reader.yml}\n"
    files = {"reader_yml": component, "src__a_txt": "1", "lib__b_txt": "2", "more_txt": "3"}
    steps = finished(create(written(tmp_path / "a", text, **files)))
    assert text_at(steps["a"], "all", "all") == "123"


def ended(run: Run) -> dict[str, Step]:
    """Its steps, however they ended."""
    carry_out(run)
    return {step.node: step for step in Step.objects.filter(run=run)}


OPTIONAL = """type: pipeline
settings: {continue_on_step_failure: true}
jobs:
  first: {command: "false", outputs: {o: {type: uri_folder}}}
  second:
    type: command
    component: reader.yml
    inputs: {extra: "${{parent.jobs.first.outputs.o}}"}
"""
READER = (
    "type: command\nname: reader\ncommand: echo ran $[[with ${{inputs.extra}}]] > ${{outputs.said}}\n"
    "inputs: {extra: {type: %s, optional: true}}\noutputs: {said: {type: uri_file}}\n"
)


def test_a_step_runs_without_an_optional_input_that_failed(create: Create, tmp_path: Path) -> None:
    steps = ended(create(written(tmp_path / "a", OPTIONAL, reader_yml=READER % "uri_folder")))
    assert (steps["first"].state, steps["second"].state) == ("failed", "completed")
    assert text_at(steps["second"], "said", "said") == "ran\n"


def test_it_is_left_out_where_the_file_says_so(create: Create, tmp_path: Path) -> None:
    text = OPTIONAL.replace("failure: true", "failure: true, continue_run_on_failed_optional_input: false")
    steps = ended(create(written(tmp_path / "a", text, reader_yml=READER % "uri_folder")))
    assert (steps["first"].state, steps["second"].state) == ("failed", "skipped")


def test_a_file_that_is_not_written_fails_only_what_needs_it(create: Create, tmp_path: Path) -> None:
    text = OPTIONAL.replace('command: "false"', "command: echo").replace("uri_folder", "uri_file")
    text += """  third:
    command: cat ${{inputs.needed}}
    inputs: {needed: "${{parent.jobs.first.outputs.o}}"}
"""
    steps = ended(create(written(tmp_path / "a", text, reader_yml=READER % "uri_file")))
    assert (steps["first"].state, steps["second"].state, steps["third"].state) == ("completed", "completed", "failed")
    assert "Nothing was written to: o." in steps["first"].reason
    assert "made nothing at its output “o”" in steps["third"].reason
