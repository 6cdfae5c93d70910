"""The model that a run made, and the held-out rows that the run kept from it."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.retraining import HeldOut, What
from mlops.registry.measured import SCORING
from mlops.runs.models import DONE_STEP_STATES, Run, Step


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """`tree`: the digest of its files."""

    node: str
    port: str
    tree: str


def model_of(run: Run, what: What) -> Output:
    """Raises Refusal `model_absent` or, where several could be meant, `node_missing`."""
    made = _outputs(run, "model")
    found = [
        one for one in made if (not what.node or one.node == what.node) and (not what.port or one.port == what.port)
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{one.node}.{one.port}" for one in made)
    if found:
        raise Refusal(
            "node_missing",
            _("Run #%(number)d made several models: %(names)s.") % {"number": run.number, "names": names},
            hint=_("Name the step in the policy (what.node)."),
            status=409,
        )
    raise Refusal(
        "model_absent",
        _("Run #%(number)d made no model at “%(node)s”.") % {"number": run.number, "node": what.node or _("any step")},
        hint=nearest(what.node, [one.node for one in made]) or _("Models: %(names)s.") % {"names": names or _("none")},
        status=409,
    )


def held_out_of(run: Run, held: HeldOut, *, model: Output) -> Output:
    """The table that is named, else what the model is scored on in the run. Raises Refusal `held_out_absent`."""
    tables = {(one.node, one.port): one for one in _outputs(run, "table")}
    if held.node:
        found = [one for (node, port), one in tables.items() if node == held.node and held.port in ("", port)]
        if len(found) == 1:
            return found[0]
        names = [f"{node}.{port}" for node, port in tables]
        raise _absent(
            _("Run #%(number)d has no table at “%(place)s”.")
            % {"number": run.number, "place": f"{held.node}.{held.port}".rstrip(".")},
            nearest(f"{held.node}.{held.port}", names) or _("Tables: %(names)s.") % {"names": ", ".join(names[:20])},
        )
    spec = msgspec.convert(run.spec, PipelineSpec)
    components = {node.id: node.component for node in spec.nodes}
    for edge in spec.edges:
        if (edge.source, edge.source_port) == (model.node, model.port) and components.get(edge.target) in SCORING:
            for other in spec.inputs_of(edge.target):
                if (other.source, other.source_port) in tables:
                    return tables[other.source, other.source_port]
    raise _absent(
        _("In run #%(number)d the model is scored on no table.") % {"number": run.number},
        _("Name a dataset to compare on, or the step that holds rows back (held_out.node)."),
    )


def _outputs(run: Run, kind: str) -> list[Output]:
    return [
        Output(node=step.node, port=port, tree=output["tree"])
        for step in Step.objects.filter(run=run, state__in=DONE_STEP_STATES).order_by("pk")
        for port, output in step.outputs.items()
        if output.get("type") == kind and output.get("tree")
    ]


def _absent(message: str, hint: str) -> Refusal:
    return Refusal("held_out_absent", message, hint=hint, status=409)
