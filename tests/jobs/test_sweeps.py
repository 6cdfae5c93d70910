"""Sweep and parallel jobs from their folders, carried out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mlops.blobs.trees import manifest_of, open_file
from mlops.components.registering import register_folder
from mlops.execution.library import library_of
from mlops.formats.azureml.faults import Faulty
from mlops.formats.definition import Sweep
from mlops.jobs.actions import create_job
from mlops.jobs.shaping import job_whole
from mlops.runs.models import Artifact, Metric, Run, RunParameter, Step
from tests.execution.sweeps.conftest import drive, trials_of
from tests.jobs.conftest import FILES, written

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sweep_of_a_file_tries_all_and_keeps_the_best_model(create):
    run = drive(create("sweep", name="slopes"))
    step = Step.objects.get(run=run, node="job")
    assert step.state == "completed", step.error
    assert json.loads(open_file(step.outputs["model"]["tree"], "model.json").read()) == {"slope": 2.0}
    assert [(one.run.name, one.score) for one in trials_of(run)] == [("slopes_0", 5), ("slopes_1", 0), ("slopes_2", 5)]


def test_a_trial_has_its_values_as_parameters(create):
    trial = trials_of(drive(create("sweep")))[1].run
    assert dict(RunParameter.objects.filter(run=trial).values_list("key", "value")) == {"bias": "1", "slope": "2"}


def test_a_sweep_shows_its_trials_with_their_values(create):
    shown = job_whole(drive(create("sweep", name="slopes")))["trials"]
    assert [(one["name"], one["parameters"], one["loss"], one["best"]) for one in shown][1] == (
        "slopes_1",
        {"slope": 2},
        0.0,
        True,
    )


def test_a_parallel_job_of_a_file_appends_what_run_returns(create):
    run = drive(create("parallel"))
    step = Step.objects.get(run=run, node="job")
    assert step.state == "completed", step.error
    tree = step.outputs["counts"]["tree"]
    text = open_file(tree, manifest_of(tree).files[0].path).read().decode()
    assert sorted(text.splitlines()) == ["one.txt 2", "three.txt 2", "two.txt 2"]
    assert Metric.objects.get(run=run, key="parallel/succeeded").value == 3
    assert {"logs/overview.txt", "logs/user/process000.txt"} <= {one.path for one in Artifact.objects.filter(run=run)}


def test_a_pipeline_tunes_and_scores_with_the_best_model(create):
    run = drive(create("tuned", name="tuned"))
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    assert steps["tune"].state == "completed", steps["tune"].error
    assert steps["score"].state == "completed", steps["score"].error
    tree = steps["score"].outputs["scores"]["tree"]
    assert open_file(tree, manifest_of(tree).files[0].path).read().decode() == "2.0\n4.0\n8.0\n"
    assert [one.run.name for one in trials_of(run)] == ["tuned_tune_0", "tuned_tune_1", "tuned_tune_2"]


def test_all_faults_of_a_sweep_are_told_together_and_nothing_is_left(create, tmp_path):
    text = (FILES / "sweep" / "job.yml").read_text()
    text = text.replace("path: points.csv", "path: pints.csv").replace("code: src", "code: scr")
    folder = written(tmp_path / "bad", text, points_csv="x,y\n", src__fit_py="")
    with pytest.raises(Faulty) as refused:
        create(folder)
    told = " ".join(f"{one['message']} {one['hint']}" for one in refused.value.extra["problems"])
    assert "points.csv" in told
    assert "line 13" in told
    assert not Run.objects.exists()


def test_an_input_that_is_varied_is_left_out_with_a_warning(contributor, project, tmp_path):
    text = (FILES / "sweep" / "job.yml").read_text().replace("  bias: 1\n", "  bias: 1\n  slope: 9\n")
    folder = written(tmp_path / "both", text, points_csv="x,y\n0,1\n", src__fit_py="")
    run, warnings = create_job(contributor, project, folder, main="job.yml")
    assert any("“slope” is varied" in one for one in warnings)
    assert run.kind == "sweep"


REGISTERED = """
type: sweep
trial: azureml:fit_slope@latest
inputs: {data: {type: uri_file, path: points.csv}, bias: 1}
search_space: {slope: {type: quniform, min_value: 1, max_value: 3, q: 1}}
sampling_algorithm: grid
objective: {goal: minimize, primary_metric: loss}
limits: {max_total_trials: 3}
"""


@pytest.mark.parametrize("trial", ["azureml:fit_slope@latest", "azureml:fit_slope:1", "./fit.yml", "file:fit.yml"])
def test_a_trial_is_a_registered_component_or_the_file_of_one(create, contributor, project, tmp_path, trial):
    folder = Path(shutil.copytree(FILES / "tuned", tmp_path / "a"))
    register_folder(contributor, project, folder, main="fit.yml")
    (folder / "job.yml").write_text(REGISTERED.replace("azureml:fit_slope@latest", trial))
    run = create(folder)
    definition = library_of(run).definition("job", "1")
    assert definition is not None
    assert isinstance(definition.how, Sweep)
    assert definition.how.trial.code
    assert [one.name for one in definition.component.parameters] == ["bias"]


def test_an_input_that_the_trial_does_not_take_is_named(create, contributor, project, tmp_path):
    folder = Path(shutil.copytree(FILES / "tuned", tmp_path / "a"))
    (folder / "job.yml").write_text(
        REGISTERED.replace("azureml:fit_slope@latest", "./fit.yml").replace("bias:", "bais:")
    )
    with pytest.raises(Faulty) as refused:
        create(folder)
    assert (refused.value.code, refused.value.hint) == ("input_unknown", "Did you mean 'bias'?")
