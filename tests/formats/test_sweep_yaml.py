"""Sweeps from YAML in the form of Azure ML's CLI v2."""

from __future__ import annotations

import pytest

from mlops.formats.azureml.lines import load
from mlops.formats.azureml.sweep import read_sweep
from mlops.formats.refusal import Refusal

SWEEP = """
$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json
type: sweep
trial:
  code: src
  command: >-
    python main.py
    --iris-csv ${{inputs.iris_csv}}
    --C ${{search_space.c_value}}
    --kernel ${{search_space.kernel}}
    --coef0 ${{inputs.coef0}}
  environment: azureml:AzureML-sklearn-1.5@latest
inputs:
  iris_csv:
    type: uri_file
    path: data/iris.csv
  coef0: 0.1
outputs:
  model: {type: mlflow_model}
compute: azureml:cpu-cluster
sampling_algorithm: random
search_space:
  c_value:
    type: uniform
    min_value: 0.5
    max_value: 0.9
  kernel:
    type: choice
    values: ["rbf", "linear", "poly"]
objective:
  goal: minimize
  primary_metric: training_f1_score
early_termination:
  type: bandit
  slack_factor: 0.1
  evaluation_interval: 2
  delay_evaluation: 5
limits:
  max_total_trials: 20
  max_concurrent_trials: 10
  timeout: 7200
  trial_timeout: 600
display_name: sklearn-iris-sweep-example
experiment_name: sklearn-iris-sweep-example
description: Run a hyperparameter sweep job
"""
TRIAL = """
type: command
name: train
inputs:
  lr: {type: number}
  epochs: {type: integer, default: 3}
  data: {type: uri_folder}
outputs:
  model: {type: uri_folder}
command: python t.py --lr ${{inputs.lr}} --epochs ${{inputs.epochs}} --data ${{inputs.data}} --out ${{outputs.model}}
environment: azureml:x@latest
"""
WITH_FILE = """
type: sweep
trial: ./trial.yml
inputs: {data: {type: uri_folder, path: d}}
search_space: {lr: {type: loguniform, min_value: -6, max_value: -1}}
objective: {goal: maximize, primary_metric: accuracy}
"""


def nothing(_at, reference):
    raise AssertionError(reference)


def read(text: str, files: dict[str, str] | None = None):
    return read_sweep(load("sweep.yml", text), lambda path: (files or {})[path.removeprefix("./")], nothing)


def refusal(text: str, files: dict[str, str] | None = None) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read(text, files)
    return refused.value


def test_an_inline_trial_takes_the_sweeps_inputs_and_its_search_space():
    found = read(SWEEP)
    assert [one.name for one in found.component.inputs] == ["iris_csv"]
    assert [(one.name, one.default) for one in found.component.parameters] == [("coef0", 0.1)]
    assert [(one.name, one.type) for one in found.how.varied] == [("c_value", "decimal"), ("kernel", "string")]
    assert "--C ${{inputs.c_value}}" in found.how.trial.command
    assert found.origin is not None
    assert (found.code, found.origin.name, found.trial_at) == ("src", "sweep.yml", ("trial",))


def test_the_plan_is_read_whole():
    plan = read(SWEEP).how.plan
    assert plan.objective.goal == "minimize"
    assert plan.early_termination is not None
    assert (plan.early_termination.slack_factor, plan.early_termination.delay_evaluation) == (0.1, 5)
    assert (plan.limits.max_total_trials, plan.limits.max_concurrent_trials) == (20, 10)
    assert (plan.limits.timeout_seconds, plan.limits.trial_timeout_seconds) == (7200.0, 600.0)
    assert plan.space["kernel"].values == ("rbf", "linear", "poly")


def test_a_trial_of_a_file_gives_up_what_is_varied():
    found = read(WITH_FILE, {"trial.yml": TRIAL})
    assert [one.name for one in found.component.parameters] == ["epochs"]
    assert [one.name for one in found.how.varied] == ["lr"]
    assert [one.name for one in found.component.outputs] == ["model"]
    assert found.origin is not None
    assert found.origin.name == "trial.yml"


@pytest.mark.parametrize(
    ("before", "after", "code", "line", "hint"),
    [
        ("type: uniform", "type: unifrom", "distribution_unknown", "type: unifrom", "uniform"),
        ("    max_value: 0.9", "    max: 0.9", "field_unknown", "max: 0.9", "max_value"),
        ("max_value: 0.9", "max_value: 0.1", "distribution_unfit", "max_value: 0.1", ""),
        ("goal: minimize", "goal: minimise", "objective_unfit", "goal: minimise", "minimize"),
        ("search_space.kernel", "search_space.kernal", "expression_unknown", "command:", "kernel"),
        (
            "sampling_algorithm: random",
            "sampling_algorithm: baysian",
            "sampling_unknown",
            "sampling_algorithm",
            "bayesian",
        ),
        ("sampling_algorithm: random", "sampling_algorithm: grid", "grid_endless", "c_value:", "choice"),
        ("  slack_factor: 0.1\n", "", "policy_unfit", "early_termination", "slack_factor"),
        ("type: bandit", "type: bandits", "policy_unknown", "early_termination", "bandit"),
        ("max_total_trials: 20", "max_total_trials: 0", "number_unfit", "max_total_trials", ""),
        ("max_total_trials: 20", "max_trials: 20", "field_unknown", "max_trials", "max_total_trials"),
        ("objective:", "objectives:", "field_unknown", "objectives", "objective"),
    ],
)
def test_a_fault_is_told_with_its_line_and_the_nearest_name(before, after, code, line, hint):
    assert before in SWEEP
    text = SWEEP.replace(before, after)
    found = refusal(text)
    expected = 1 + next(number for number, one in enumerate(text.splitlines()) if line in one)
    assert (found.code, found.where.row) == (code, expected), found.message
    assert hint in found.hint


def test_a_varied_value_that_the_trial_does_not_take_is_refused():
    found = refusal(WITH_FILE.replace("lr:", "lrr:"), {"trial.yml": TRIAL})
    assert (found.code, found.hint) == ("search_space_unknown", "Did you mean 'lr'?")


def test_a_whole_number_is_not_varied_by_fractions():
    found = refusal(WITH_FILE.replace("{lr:", "{epochs:"), {"trial.yml": TRIAL})
    assert found.code == "search_space_unfit"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("random", ("random", "random", None)),
        ("{type: random, rule: sobol, seed: 7}", ("random", "sobol", 7)),
        ("{type: bayesian}", ("bayesian", "random", None)),
    ],
)
def test_an_algorithm_is_a_word_or_a_mapping(written, expected):
    sampling = read(SWEEP.replace("sampling_algorithm: random", f"sampling_algorithm: {written}")).how.plan.sampling
    assert (sampling.type, sampling.rule, sampling.seed) == expected


def test_what_is_varied_and_not_in_the_command_is_told():
    found = read(SWEEP.replace("    --kernel ${{search_space.kernel}}\n", ""))
    assert any("AZUREML_SWEEP_kernel" in one for one in found.warnings)
    assert not any("c_value" in one for one in found.warnings)
