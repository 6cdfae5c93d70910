"""Commands, sweeps and parallel functions as the YAML that they become."""

from __future__ import annotations

from pathlib import Path

from mlops.client import Choice, Input, Output, Uniform, command, parallel_run_function


def test_a_command_becomes_the_form_of_a_command_job() -> None:
    job = command(
        command="python train.py --rate ${{inputs.rate}}",
        code="./src",
        inputs={"rate": 0.1, "rows": Input(type="uri_file", path="azureml:rows:3")},
        outputs={"model": Output(type="custom_model", name="churn")},
        environment="azureml:AzureML-sklearn-1.5@latest",
        instance_count=1,
        timeout=60,
    )
    found = job.fields()
    assert found["type"] == "command"
    assert found["code"] == str(Path("src").resolve())
    assert found["inputs"] == {"rate": 0.1, "rows": {"type": "uri_file", "path": "azureml:rows:3"}}
    assert found["outputs"] == {"model": {"type": "custom_model", "name": "churn"}}
    assert found["limits"] == {"timeout": 60}
    assert found["resources"] == {"instance_count": 1}
    assert "tags" not in found
    assert "display_name" not in found


def test_a_local_path_of_an_input_is_made_absolute(tmp_path: Path) -> None:
    job = command(command="ls", inputs={"rows": Input(path="rows"), "other": Input(path="https://example.com/x.csv")})
    found = job.fields()["inputs"]
    assert found["rows"]["path"] == str(Path("rows").resolve())
    assert found["other"]["path"] == "https://example.com/x.csv"


def test_a_command_called_with_spaces_becomes_a_sweep_over_them() -> None:
    train = command(command="train --rate ${{inputs.rate}} --kind ${{inputs.kind}} --n ${{inputs.n}}", inputs={"n": 5})
    sweep = train(rate=Uniform(0.1, 0.9), kind=Choice(["a", "b"])).sweep(
        primary_metric="loss", goal="minimize", max_total_trials=4, timeout=600
    )
    found = sweep.fields()
    assert found["trial"]["command"] == (
        "train --rate ${{search_space.rate}} --kind ${{search_space.kind}} --n ${{inputs.n}}"
    )
    assert found["search_space"]["rate"] == {"type": "uniform", "min_value": 0.1, "max_value": 0.9}
    assert found["search_space"]["kind"] == {"type": "choice", "values": ["a", "b"]}
    assert found["inputs"] == {"n": 5}
    assert found["limits"] == {"max_total_trials": 4, "timeout": 600}
    assert found["objective"] == {"primary_metric": "loss", "goal": "minimize"}


def test_a_parallel_function_keeps_its_settings() -> None:
    job = parallel_run_function(
        task={"code": "src", "entry_script": "score.py", "append_row_to": "${{outputs.rows}}"},
        input_data="${{inputs.files}}",
        inputs={"files": Input(path="azureml:files@latest")},
        outputs={"rows": Output(type="uri_file")},
        mini_batch_size="10",
        error_threshold=0,
    )
    found = job.fields()
    assert found["task"]["type"] == "run_function"
    assert found["task"]["code"] == str(Path("src").resolve())
    assert (found["mini_batch_size"], found["error_threshold"]) == ("10", 0)
