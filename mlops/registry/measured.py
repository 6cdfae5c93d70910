"""How good a model of a run is: what an Evaluate Model found that reads a Score Model fed by that model."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mlops.blobs.trees import open_file
from mlops.formats.evaluation import EVALUATION_FILE, Evaluated, Evaluation
from mlops.formats.pipeline import Edge, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.runs.models import DONE_STEP_STATES, Run, Step

SCORE, EVALUATE = "score_model", "evaluate_model"
RESULT_PORT = "evaluation_results"


def metrics_of(run: Run, node: str, port: str) -> dict[str, float]:
    """Metric key to value; the first evaluation on the way counts. Empty where the run has none."""
    for edge in evaluations(msgspec.convert(run.spec, PipelineSpec), node, port):
        step = Step.objects.filter(run=run, node=edge.target, state__in=DONE_STEP_STATES).first()
        found = _evaluated(step, edge.target_port) if step else None
        if found is not None:
            return {key: value for key, value in found.metrics.items() if value == value}
    return {}


def evaluations(spec: PipelineSpec, node: str, port: str) -> Iterator[Edge]:
    """The edges from a Score Model fed by the port into an Evaluate Model."""
    components = {one.id: one.component for one in spec.nodes}
    scored = {
        edge.target
        for edge in spec.edges
        if (edge.source, edge.source_port) == (node, port) and components.get(edge.target) == SCORE
    }
    for edge in spec.edges:
        if edge.source in scored and components.get(edge.target) == EVALUATE:
            yield edge


def _evaluated(step: Step, port: str) -> Evaluated | None:
    tree = step.outputs.get(RESULT_PORT, {}).get("tree")
    if not tree:
        return None
    try:
        with open_file(tree, EVALUATION_FILE) as source:
            evaluation = msgspec.json.decode(source.read(), type=Evaluation)
    except (Refusal, msgspec.MsgspecError):
        return None
    return next((one for one in evaluation.evaluated if one.name == port), None)
