"""What the script of a job logs by MLflow, written as for Azure ML, lands in the job's own run, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest

from mlops.accounts.actions import create_token
from mlops.jobs.actions import Asked, create_job
from mlops.registry.models import ModelVersion
from mlops.runs import step_tokens
from mlops.runs.models import Artifact, LatestMetric, LoggedModel, LogLine, Run, RunParameter, Step, StepToken
from tests.execution.conftest import carry_out

JOB = "type: command\nexperiment_name: housing\ncode: .\ncommand: python train.py\n"
SCRIPT = """
import mlflow, numpy
from sklearn.linear_model import LogisticRegression
mlflow.autolog()
with mlflow.start_run():
    mlflow.log_param("lr", 0.1)
    mlflow.log_metric("rmse", 0.5)
    mlflow.log_text("hello", "notes/note.txt")
    with mlflow.start_run(nested=True, run_name="fold"):
        mlflow.log_metric("rmse", 0.7)
    rows = numpy.random.default_rng(1).normal(size=(60, 2))
    model = LogisticRegression(C=0.5).fit(rows, rows[:, 0] > 0)
    mlflow.sklearn.log_model(model, artifact_path="credit", registered_model_name="credit")
"""


@pytest.fixture
def carried_out(live_server, contributor, project, tmp_path, monkeypatch):
    """The run of a job with that script."""
    from mlops.execution import tracking

    monkeypatch.setenv("MLOPS_URL", live_server.url)
    tracking._answers.clear()

    def done(script: str) -> Run:
        folder = tmp_path / "job"
        folder.mkdir()
        (folder / "train.py").write_text(script)
        (folder / "job.yml").write_text(JOB)
        run, _warnings = create_job(contributor, project, Path(folder), main="job.yml", asked=Asked())
        return carry_out(run)

    return done


def told(run: Run) -> str:
    return "\n".join(LogLine.objects.filter(step__run=run).order_by("seq").values_list("text", flat=True))


def test_a_script_logs_to_the_run_of_its_job(carried_out):
    run = carried_out(SCRIPT)
    assert run.state == "completed", told(run)
    metrics = dict(LatestMetric.objects.filter(run=run).values_list("key", "value"))
    assert metrics["rmse"] == 0.5
    assert "training_accuracy_score" in metrics
    parameters = dict(RunParameter.objects.filter(run=run).values_list("key", "value"))
    assert (parameters["lr"], parameters["C"]) == ("0.1", "0.5")
    assert Artifact.objects.filter(run=run, path="notes/note.txt").exists()
    assert {model.state for model in LoggedModel.objects.filter(run=run)} == {"ready"}, told(run)
    registered = ModelVersion.objects.get()
    assert (str(registered), registered.run, registered.model.project) == ("credit:1", run, run.project)
    inner = Run.objects.get(parent=run, display_name="fold")
    assert (inner.kind, inner.state, inner.experiment) == ("tracked", "completed", run.experiment)
    assert not StepToken.objects.exists()


def test_a_worker_that_cannot_reach_the_server_says_so_and_goes_on(carried_out, monkeypatch):
    monkeypatch.setenv("MLOPS_URL", "http://127.0.0.1:9")
    run = carried_out("import os\nassert 'MLFLOW_RUN_ID' not in os.environ\n")
    assert run.state == "completed"
    assert "this worker cannot reach http://127.0.0.1:9" in told(run)


@pytest.fixture
def step(contributor, client) -> Step:
    """A running step of a job in the experiment `jobs`."""
    from django.utils import timezone

    experiment = client.create_experiment("jobs")
    run = Run.objects.get(pk=client.create_run(experiment).info.run_id)
    return Step.objects.create(
        run=run, node="job", title="job", component="x", version="1", state="running", attempt=1,
        state_since=timezone.now(),
    )  # fmt: skip


def test_a_steps_token_speaks_for_its_own_run_alone(client, call, step):
    by = step_tokens.issue(step)
    own, other = step.run, client.create_run("0").info.run_id
    point = {"key": "a", "value": 1, "timestamp": 1}
    assert call("POST", "runs/log-metric", {"run_id": own.pk.hex} | point, by=by).status_code == 200
    for method, path, body in (
        ("GET", f"runs/get?run_id={other}", None),
        ("POST", "runs/log-metric", {"run_id": other} | point),
        ("POST", "runs/update", {"run_id": other, "status": "FAILED"}),
        ("GET", f"artifacts/list?run_id={other}", None),
        ("PUT", f"/api/2.0/mlflow-artifacts/artifacts/0/{other}/artifacts/x.txt", None),
        ("GET", "experiments/get-by-name?experiment_name=Default", None),
    ):
        assert call(method, path, body, by=by).status_code == 404, path
    for method, path, body in (
        ("POST", "experiments/create", {"name": "x"}),
        ("POST", "experiments/search", {}),
        ("POST", "runs/delete", {"run_id": own.pk.hex}),
        ("POST", "experiments/delete", {"experiment_id": own.experiment_id.hex}),
    ):
        assert call(method, path, body, by=by).status_code == 403, path
    found = call("POST", "runs/search", {"experiment_ids": ["0", own.experiment_id.hex]}, by=by).json()["runs"]
    assert [one["info"]["run_id"] for one in found] == [own.pk.hex]


def test_a_step_tells_of_its_own_traces_again_and_not_of_others(client, call, step):
    by, place = step_tokens.issue(step), step.run.experiment_id.hex
    span = {"spanId": "b7ad6b7169203331", "startTimeUnixNano": "1"}

    def spans(key: str, by: str) -> int:
        told = {"resourceSpans": [{"scopeSpans": [{"spans": [span | {"traceId": key * 32}]}]}]}
        return call("POST", "/v1/traces", told, by=by, headers={"X-MLFLOW-EXPERIMENT-ID": place}).status_code

    assert [spans("a", by), spans("a", by)] == [200, 200]
    person = create_token(step.run.created_by, name="x")
    assert [spans("b", person), spans("b", by), spans("a", person)] == [200, 400, 200]


def test_a_steps_token_opens_nothing_else_of_the_product(call, step):
    by = step_tokens.issue(step)
    for path in ("/api/v1/me/", "/api/v1/runs/", f"/api/v1/runs/{step.run_id}/", "/api/v1/models/"):
        assert call("GET", path, by=by).status_code == 401


def test_a_steps_token_ends_with_its_attempt(call, step):
    by = step_tokens.issue(step)
    where = f"runs/get?run_id={step.run_id.hex}"
    assert call("GET", where, by=by).status_code == 200
    Step.objects.filter(pk=step.pk).update(attempt=2)
    assert call("GET", where, by=by).status_code == 401
    Step.objects.filter(pk=step.pk).update(attempt=1, state="completed")
    assert call("GET", where, by=by).status_code == 401


def test_a_run_that_a_step_begins_lies_below_its_own(client, call, step):
    by = step_tokens.issue(step)
    made = call("POST", "runs/create", {"experiment_id": step.run.experiment_id.hex}, by=by).json()["run"]["info"]
    assert client.get_run(made["run_id"]).data.tags["mlflow.parentRunId"] == step.run_id.hex
    assert mlflow.get_parent_run(made["run_id"]).info.run_id == step.run_id.hex
