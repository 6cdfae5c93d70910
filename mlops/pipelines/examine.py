"""What stands in the way of a run, before anything runs: the graph as drawn, with its parameters, modes and pins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from mlops.blocks.library import BUILT_IN, Library
from mlops.formats.component import Problem
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.check import Shapes
from mlops.pipelines.order import pinned_nodes
from mlops.pipelines.parameters import assign
from mlops.pipelines.resolve import Resolved, resolve

Check = Callable[[PipelineSpec], tuple[Shapes, tuple[Problem, ...]]]
"""`mlops.pipelines.check.check` with the project's datasets and earlier runs."""


def examine(spec: PipelineSpec, check: Check, library: Library = BUILT_IN) -> tuple[Shapes, tuple[Problem, ...]]:
    """The shape at every port, and every problem, with the parameters at their defaults."""
    values, problems = defaults(spec)
    resolved = resolve(spec, values, library)
    shapes, found = examined(resolved, check, {node.id for node in resolved.spec.nodes})
    return shapes, (*problems, *found)


def examined(resolved: Resolved, check: Check, runs: set[str]) -> tuple[Shapes, tuple[Problem, ...]]:
    """Shapes of all nodes, and the problems of those that run: `runs`, without the pinned ones."""
    shapes, problems = check(resolved.whole)
    runs = runs - pinned_nodes(resolved.spec)
    left = tuple(problem for problem in problems if problem.where.node is None or problem.where.node in runs)
    if resolved.left_out and not resolved.spec.nodes:
        left = (*left, _nothing_runs())
    return shapes, (*resolved.problems, *left)


def defaults(spec: PipelineSpec) -> tuple[Mapping[str, Any], list[Problem]]:
    """The default of each parameter, and a warning for each that has none."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, parameter in spec.parameters.items():
        try:
            values |= assign({name: parameter}, {})
        except Refusal as refusal:
            severity = "warning" if refusal.code == "parameter_missing" else "error"
            problems.append(
                Problem(
                    code=refusal.code,
                    message=refusal.message,
                    hint=refusal.hint,
                    severity=severity,  # type: ignore[arg-type]
                )
            )
    return values, problems


def _nothing_runs() -> Problem:
    return Problem(
        code="nothing_runs",
        message=_("Every step is disabled, bypassed, or needs one that is."),
        hint=_("Enable at least one step."),
    )
