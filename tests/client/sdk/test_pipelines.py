"""Functions as pipelines."""

from __future__ import annotations

from typing import Any

from mlops.client import Input, Uniform, command, dsl, load_component

prepare = command(
    command="prepare ${{inputs.rows}} ${{outputs.kept}}", inputs={"rows": None}, outputs={"kept": ""}, environment="e"
)
train = command(command="train ${{inputs.kept}} ${{inputs.rate}} ${{outputs.model}}", outputs={"model": ""})


@dsl.pipeline(display_name="Churn", default_compute="cpu", continue_on_step_failure=False)
def churn(rows: Input, rate: float = 0.1) -> Any:
    """Prepares and trains."""
    prepared = prepare(rows=rows)
    trained = train(kept=prepared.outputs.kept, rate=rate)
    trained.compute = "big"
    return {"model": trained.outputs.model}


def test_steps_are_named_by_their_variables_and_bound_to_each_other() -> None:
    found = churn(rows=Input(type="uri_file", path="azureml:rows:1")).fields()
    assert list(found["jobs"]) == ["prepared", "trained"]
    assert found["jobs"]["prepared"]["inputs"] == {"rows": "${{parent.inputs.rows}}"}
    assert found["jobs"]["trained"]["inputs"] == {
        "kept": "${{parent.jobs.prepared.outputs.kept}}",
        "rate": "${{parent.inputs.rate}}",
    }
    assert found["jobs"]["trained"]["outputs"]["model"] == "${{parent.outputs.model}}"
    assert found["inputs"] == {"rows": {"type": "uri_file", "path": "azureml:rows:1"}, "rate": 0.1}
    assert found["settings"] == {"default_compute": "cpu", "continue_on_step_failure": False}
    assert found["jobs"]["trained"]["compute"] == "big"
    assert found["description"] == "Prepares and trains."


def test_a_pipeline_within_a_pipeline_is_a_component_with_its_interface() -> None:
    @dsl.pipeline
    def twice(rows: Input) -> None:
        slow = churn(rows=rows, rate=0.01)
        churn(rows=rows, rate=slow.outputs.model)

    found = twice(rows=Input(type="uri_file", path="azureml:rows:1")).fields()["jobs"]
    assert list(found) == ["slow", "churn"]
    inner = found["slow"]["component"]
    assert inner["type"] == "pipeline"
    assert inner["inputs"]["rate"] == {"type": "number", "default": 0.01}
    assert inner["inputs"]["rows"] == {"type": "uri_file"}
    assert inner["outputs"] == {"model": {"type": "uri_folder"}}
    assert found["slow"]["inputs"] == {"rows": "${{parent.inputs.rows}}", "rate": 0.01}


def test_a_swept_step_replaces_the_command_that_it_sweeps() -> None:
    @dsl.pipeline
    def tuned() -> None:
        tune = train(kept=Input(path="azureml:rows:1"), rate=Uniform(0, 1)).sweep(
            primary_metric="loss", goal="minimize"
        )
        tune.set_limits(max_total_trials=3)

    found = tuned().fields()["jobs"]
    assert list(found) == ["tune"]
    assert found["tune"]["type"] == "sweep"
    assert found["tune"]["limits"] == {"max_total_trials": 3}


def test_a_component_of_a_file_is_called_like_a_command() -> None:
    count = load_component("count.yml")

    @dsl.pipeline
    def counting() -> None:
        count(table=Input(path="azureml:rows:1"))
        count(table=Input(path="azureml:rows:2"))

    found = counting().fields()["jobs"]
    assert list(found) == ["count", "count_2"]
    assert found["count"]["component"].endswith("/count.yml")
