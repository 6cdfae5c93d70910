"""The plan of a run of a drawing in a project: asked before a submit, and again at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blocks.library import Library
from mlops.components.queries import ProjectLibrary
from mlops.compute.would_fit import would_fit
from mlops.execution.demands import demand_of
from mlops.execution.foretell import Line, Plan, foretell
from mlops.execution.library import is_for_cluster
from mlops.execution.past import ProjectPast
from mlops.formats.asked import Scope
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.refusal import Refusal, Where
from mlops.pipelines.expand import expand
from mlops.pipelines.parameters import assign
from mlops.pipelines.resolve import resolve, with_values
from mlops.runs.models import Run


def plan(
    project: Project,
    spec: PipelineSpec,
    *,
    scope: Scope | None = None,
    parameters: Mapping[str, Any] | None = None,
    last: Run | None = None,
) -> Plan:
    """`last`: the run against which changes are seen. Raises Refusal `parameter_*` or `scope_*`."""
    library = ProjectLibrary(project)
    values = assign(spec.parameters, parameters or {})
    resolved = resolve(spec, values, library)
    full = with_values(expand(resolved.spec, library), values)
    past = ProjectPast(project, full, spec, library, last)
    found = foretell(full, resolved.left_out, scope=scope or Scope(), past=past, slots=settings.STEP_SLOTS)
    lines = tuple(_with_warning(line, full.node(line.node), library) for line in found.lines)
    return msgspec.structs.replace(found, lines=lines)


def _with_warning(line: Line, node: Node | None, library: Library) -> Line:
    if line.action != "run" or node is None:
        return line
    definition = library.definition(node.component, node.version)
    if is_for_cluster(definition):  # which may add nodes: nobody knows what it has
        return line
    demand = demand_of(node, definition)
    found = None if demand.is_any else would_fit(demand)
    return line if found is None or found.fits else msgspec.structs.replace(line, warning=f"{found.told} {found.hint}")


def require_unblocked(found: Plan) -> None:
    """Raises Refusal `kept_missing` where a step cannot run alone for want of an earlier result."""
    for line in found.lines:
        if line.action == "blocked":
            raise Refusal(
                "kept_missing",
                _("“%(title)s” feeds it, but has no result that could be taken. %(why)s")
                % {"title": line.title, "why": line.why},
                hint=_("Run up to here instead."),
                status=409,
                where=Where(node=line.node),
            )
