"""A model's metrics, from whatever its run found out about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from mlops.blobs.trees import keep_folder
from mlops.formats.evaluation import Evaluated, Evaluation
from mlops.formats.finding import Comparison, CrossValidation, Sweep, Trial
from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.registry.measured import metrics_of
from mlops.runs.models import Experiment, Run, Step, StepState

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(contributor, project, tmp_path: Path):
    """A completed run of `node:component` texts and `source.port>target.port` links; `found`: node to file and what."""

    def run(nodes: str, links: str, **found: tuple[str, Any]) -> Run:
        ends = [[end.split(".") for end in link.split(">")] for link in links.split()]
        spec = PipelineSpec(
            nodes=tuple(Node(id=one.split(":")[0], component=one.split(":")[1], version="1") for one in nodes.split()),
            edges=tuple(Edge(source=a[0], source_port=a[1], target=b[0], target_port=b[1]) for a, b in ends),
        )
        now = timezone.now()
        experiment = Experiment.objects.create(project=project, name="cars")
        row = Run.objects.create(
            project=project, experiment=experiment, number=1, display_name="cars 1", spec=msgspec.to_builtins(spec),
            spec_digest=spec.digest(), state_since=now, created_by=contributor,
        )  # fmt: skip
        for node in spec.nodes:
            made = found.get(node.id)
            outputs = {"out": {"type": "table", "tree": kept(tmp_path / node.id, *made)}} if made else {}
            Step.objects.create(
                run=row, node=node.id, title=node.id, component=node.component, version="1",
                state=StepState.COMPLETED, state_since=now, outputs=outputs,
            )  # fmt: skip
        return row

    return run


def kept(folder: Path, name: str, content: Any) -> str:
    folder.mkdir()
    (folder / name).write_bytes(msgspec.json.encode(content))
    return keep_folder(folder).digest


def evaluated(name: str, value: float) -> Evaluated:
    return Evaluated(name=name, rows=5, metrics={"auc": value})


def test_scores_are_followed_through_steps_that_pass_them_on(ran) -> None:
    evaluation = Evaluation(task="two_class", evaluated=(evaluated("scored_dataset", 0.9),))
    run = ran(
        "train:train_model score:score_model edit:edit_metadata judge:evaluate_model",
        "train.m>score.trained_model score.s>edit.dataset edit.r>judge.scored_dataset",
        judge=("evaluation.json", evaluation),
    )
    assert metrics_of(run, "train", "m") == {"auc": 0.9}


def test_a_comparison_tells_of_the_model_at_its_own_input(ran) -> None:
    both = (evaluated("one", 0.7), evaluated("two", 0.8))
    comparison = Comparison(
        task="two_class", metric="auc", larger_is_better=True, evaluated=both, differences=(), paired=True,
        resamples=50, verdict="two",
    )  # fmt: skip
    run = ran(
        "a:train_model b:train_model sa:score_model sb:score_model judge:compare_models",
        "a.m>sa.trained_model b.m>sb.trained_model sb.s>judge.scored_dataset4 sa.s>judge.scored_dataset2",
        judge=("finding.json", comparison),
    )
    assert metrics_of(run, "b", "m") == {"auc": 0.8}


def test_a_search_tells_of_its_best_trial(ran) -> None:
    trials = tuple(
        Trial(number=number, state="completed", values={}, metrics={"auc": number / 10}) for number in (1, 2, 3)
    )
    sweep = Sweep(task="two_class", metric="auc", larger_is_better=True, choosable=(), trials=trials, best=2)
    run = ran("tune:tune_model_hyperparameters", "", tune=("finding.json", sweep))
    assert metrics_of(run, "tune", "trained_best_model") == {"auc": 0.2}


def test_the_cross_validation_of_its_learner_tells_of_a_model(ran) -> None:
    validated = CrossValidation(task="two_class", folds=(), mean={"auc": 0.6, "log_loss": 0.5}, deviation={})
    run = ran(
        "learner:linear train:train_model folds:cross_validate_model",
        "learner.u>train.untrained_model learner.u>folds.untrained_model",
        folds=("finding.json", validated),
    )
    assert metrics_of(run, "train", "m") == {"auc": 0.6, "log_loss": 0.5}


def test_a_model_that_nothing_judged_has_no_metrics(ran) -> None:
    assert metrics_of(ran("train:train_model", ""), "train", "m") == {}
