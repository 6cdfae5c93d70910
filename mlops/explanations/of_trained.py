"""Train Model with “Model explanations”: what it made is explained while the run goes on, on held-out rows."""

from __future__ import annotations

import logging

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.events.chain import record
from mlops.explanations.held_out import held_out
from mlops.explanations.models import Explanation, ExplanationState
from mlops.formats.explanation import ExplainOrder
from mlops.formats.pipeline import PipelineSpec
from mlops.runs.models import Step
from mlops.work.calls import later

COMPONENT, PARAMETER, PORT = "train_model", "model_explanations", "trained_model"
ORDER = ExplainOrder(rows=500, dependence=4, budget_seconds=120.0)
"""Less than somebody asks for by hand: a run may train many models."""
_log = logging.getLogger(__name__)


def explain_trained(step: Step) -> None:
    """Whatever stands in the way of the explanation, the step has made its model."""
    made = step.outputs.get(PORT)
    if step.component != COMPONENT or made is None:
        return
    node = msgspec.convert(step.run.spec, type=PipelineSpec).node(step.node)
    if node is None or not node.parameters.get(PARAMETER):
        return
    try:
        with transaction.atomic():
            _explain(step, made["tree"])
    except IntegrityError:
        _log.warning("The model of step %s of run %s is explained already.", step.node, step.run_id)


def _explain(step: Step, tree: str) -> None:
    run = step.run
    rows = held_out(run, step.node)
    order = msgspec.structs.replace(ORDER, held_out=rows is not None)
    wanted = msgspec.to_builtins(order)
    dataset = rows.dataset if rows else None
    before = Explanation.objects.filter(model_tree=tree, dataset=dataset, order=wanted, run__project=run.project)
    known = before.filter(state=ExplanationState.COMPLETED).first()
    one = Explanation.objects.create(
        run=run,
        node=step.node,
        model_tree_id=tree,
        name=_free_name(step),
        comment=_("Asked for by the step “%(title)s”.") % {"title": step.title},
        order=wanted,
        dataset=dataset,
        state=ExplanationState.COMPLETED if known else ExplanationState.QUEUED,
        reason=known.reason if known else _("Waits for a worker."),
        summary=known.summary if known else None,
        tree=known.tree if known else None,
        state_since=timezone.now(),
        created_by=run.created_by,
    )
    data = {"explanation": one.name, "kind": order.kind, "dataset": str(dataset or "")}
    record(
        run.created_by,
        "mlops.explanation.requested",
        subject=one.subject,
        project=run.project,
        data=data,
        notice=one.of_what,
    )
    if known is None:
        later("explanations.explain", one.pk)


def _free_name(step: Step) -> str:
    """Of the node, which is unique in the run; with a number where the step ran before."""
    taken = set(Explanation.objects.filter(run=step.run, node=step.node).values_list("name", flat=True))
    names = (step.node[:100] if at == 1 else f"{step.node[:100]}-{at}" for at in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
