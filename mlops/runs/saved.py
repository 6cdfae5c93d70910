"""What a step of an earlier run made, as the data nodes of an inference pipeline name it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.component import Shape
from mlops.formats.inference import SAVED_MODEL
from mlops.formats.pipeline import Node
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.runs.models import DONE_STEP_STATES, Run, Step


def saved_output(project: Project, node: Node) -> tuple[Step, dict[str, str]]:
    """The step and its output {"type", "tree"}. A run of another project counts as absent.

    Raises Refusal `saved_run_unknown`, `saved_step_unknown` or `saved_output_absent`."""
    run = _run(project, str(node.parameters.get("run", "")))
    name, port = str(node.parameters.get("node", "")), str(node.parameters.get("port", ""))
    steps = Step.objects.filter(run=run).select_related("run")
    step = steps.filter(node=name, state__in=DONE_STEP_STATES).first()
    if step is None:
        raise Refusal(
            "saved_step_unknown",
            _("Run #%(number)d has no completed step “%(step)s”.") % {"number": run.number, "step": name},
            hint=nearest(name, steps.values_list("node", flat=True)) or _("Update the inference pipeline."),
            where=Where(parameter="node", value=name),
        )
    wanted = "model" if node.component == SAVED_MODEL else "transformation"
    output: dict[str, str] = step.outputs.get(port, {})
    if output.get("type") != wanted:
        raise Refusal(
            "saved_output_absent",
            _("“%(step)s” of run #%(number)d made no %(wanted)s at its output “%(port)s”.")
            % {"step": step.title, "number": run.number, "wanted": wanted, "port": port},
            hint=nearest(port, step.outputs),
            where=Where(parameter="port", value=port),
        )
    return step, output


def saved_shape(project: Project, node: Node) -> Shape:
    """As known before the run. Raises as `saved_output` does."""
    step, output = saved_output(project, node)
    known: Any = step.run.shapes.get(step.node, {}).get(str(node.parameters["port"]))
    return msgspec.convert(known, Shape) if known else Shape(type=output["type"])  # type: ignore[arg-type]


def _run(project: Project, given: str) -> Run:
    try:
        found = Run.objects.filter(project=project, pk=UUID(given)).first()
    except ValueError:
        found = None
    if found is None:
        raise Refusal(
            "saved_run_unknown",
            _("This project has no run “%(run)s”.") % {"run": given},
            hint=_("Update the inference pipeline, or name a run of this project."),
            where=Where(parameter="run", value=given),
        )
    return found
