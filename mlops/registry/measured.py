"""How good a model of a run is, by what the run itself found out.

In this order: an evaluation or comparison of the model's scores, also where further steps lie between; the search
that chose the model; the cross-validation of the learner that it was trained with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from mlops.blobs.trees import open_file
from mlops.formats.evaluation import EVALUATION_FILE, Evaluation
from mlops.formats.finding import FINDING_FILE, Comparison, CrossValidation, Finding, Sweep
from mlops.formats.pipeline import Edge, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.runs.models import DONE_STEP_STATES, Run, Step

SCORING = ("score_model", "assign_data_to_clusters", "score_image_model", "score_vowpal_wabbit_model")
EVALUATE, COMPARE, CROSS_VALIDATE = "evaluate_model", "compare_models", "cross_validate_model"
JUDGES = (EVALUATE, COMPARE)
LEARNER_PORT = "untrained_model"
NEUTRAL = (
    "edit_metadata",
    "select_columns_in_dataset",
    "split_data",
    "partition_and_sample",
    "apply_transformation",
    "add_columns",
    "clean_missing_data",
)
"""Steps that pass scores on as they are."""


def metrics_of(run: Run, node: str, port: str) -> dict[str, float]:
    """Metric key to value; the first that is found counts. Empty where the run has none."""
    spec = msgspec.convert(run.spec, PipelineSpec)
    for edge in judgements(spec, node, port):
        found = _judged(run, spec, edge)
        if found:
            return _sound(found)
    return _sound(_of_the_search(run, node) or _of_the_learner(run, spec, node))


def judgements(spec: PipelineSpec, node: str, port: str) -> Iterator[Edge]:
    """The edges over which scores of the model reach an Evaluate Model or a Compare Models."""
    components = {one.id: one.component for one in spec.nodes}
    fed = [edge.target for edge in spec.edges if (edge.source, edge.source_port) == (node, port)]
    open_ = [target for target in fed if components.get(target) in SCORING]
    seen = set(open_)
    while open_:
        here = open_.pop(0)
        for edge in spec.edges:
            if edge.source != here:
                continue
            if components.get(edge.target) in JUDGES:
                yield edge
            elif components.get(edge.target) in NEUTRAL and edge.target not in seen:
                seen.add(edge.target)
                open_.append(edge.target)


def _judged(run: Run, spec: PipelineSpec, edge: Edge) -> dict[str, float]:
    """What the step at the edge's end says of the scores that come over it."""
    evaluation = _read(run, edge.target, EVALUATION_FILE, Evaluation)
    if evaluation is not None:
        return next((one.metrics for one in evaluation.evaluated if one.name == edge.target_port), {})
    comparison = _read(run, edge.target, FINDING_FILE, Finding)
    if not isinstance(comparison, Comparison):
        return {}
    ports = sorted(one.target_port for one in spec.inputs_of(edge.target))
    place = ports.index(edge.target_port)
    return comparison.evaluated[place].metrics if place < len(comparison.evaluated) else {}


def _of_the_search(run: Run, node: str) -> dict[str, float]:
    """Of the best trial, where the node searched for its model."""
    sweep = _read(run, node, FINDING_FILE, Finding)
    if not isinstance(sweep, Sweep):
        return {}
    return next((trial.metrics for trial in sweep.trials if trial.number == sweep.best), {})


def _of_the_learner(run: Run, spec: PipelineSpec, node: str) -> dict[str, float]:
    """The mean over the folds, where the learner behind the model was cross-validated too."""
    learners = [(edge.source, edge.source_port) for edge in spec.inputs_of(node) if edge.target_port == LEARNER_PORT]
    components = {one.id: one.component for one in spec.nodes}
    for edge in spec.edges:
        if (edge.source, edge.source_port) in learners and components.get(edge.target) == CROSS_VALIDATE:
            found = _read(run, edge.target, FINDING_FILE, Finding)
            if isinstance(found, CrossValidation):
                return found.mean
    return {}


def _sound(metrics: dict[str, float]) -> dict[str, float]:
    return {key: value for key, value in metrics.items() if value == value}


def _read(run: Run, node: str, name: str, kind: Any) -> Any:
    """The file of that name among the outputs of a step that is done, or None."""
    step = Step.objects.filter(run=run, node=node, state__in=DONE_STEP_STATES).first()
    trees = [output["tree"] for output in (step.outputs if step else {}).values() if output.get("tree")]
    for tree in trees:
        try:
            with open_file(tree, name) as source:
                return msgspec.json.decode(source.read(), type=kind)
        except (Refusal, msgspec.MsgspecError):
            continue
    return None
