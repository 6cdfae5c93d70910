"""What earlier runs of a project left: equal results, the last run of a drawing, times and memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from statistics import median
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.blobs.trees import is_whole
from mlops.blocks.library import Library
from mlops.datasets.queries import ready_version
from mlops.execution.foretell import Estimate, Result
from mlops.execution.inputs import output_at
from mlops.execution.reuse import equal_step, reuse_key
from mlops.formats.inference import SAVED_COMPONENTS
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.pipelines.actions import library_versions
from mlops.pipelines.check import title_of
from mlops.runs.models import DONE_STEP_STATES, Run, Step
from mlops.runs.saved import saved_output

SIMILAR = 4.0
"""Inputs up to this many times larger or smaller count as about as large."""
MOST_STEPS = 400
MOST_RUNS = 20


class ProjectPast:
    """Implements `foretell.Past` with a few queries; `last` is the drawing's last run, if any."""

    def __init__(self, project: Project, spec: PipelineSpec, drawn: PipelineSpec, library: Library, last: Run | None):
        self._project, self._spec, self._drawn, self._library = project, spec, drawn, library
        self._last_run = last
        self._versions = library_versions()

    def title(self, node_id: str) -> str:
        spec = self._spec if self._spec.node(node_id) else self._drawn
        return title_of(spec, node_id, self._library)

    def source(self, node: Node) -> dict[str, str]:
        """Raises no refusal: what is wrong with the node is told by the check."""
        try:
            if node.component in SAVED_COMPONENTS:
                output = saved_output(self._project, node)[1]
                port = self._library.component(node.component).outputs[0].name
                return {port: output["tree"]}
            number = node.parameters.get("version")
            return {"dataset": ready_version(self._project, node.parameters["dataset"], number).tree_id or ""}
        except (Refusal, KeyError):
            return {}

    def equal(self, node: Node, inputs: Mapping[str, str]) -> Result | None:
        key = reuse_key(node, inputs, self._versions, self._library)
        found = equal_step(self._project, key)
        return _result(found) if found else None

    def last(self, node: Node, inputs: Mapping[str, str]) -> Result | None:
        step = self._last.get(node.id)
        if step is None or step.state not in DONE_STEP_STATES or self._changes(node, inputs):
            return None
        return _result(step) if all(is_whole(output["tree"]) for output in step.outputs.values()) else None

    def difference(self, node: Node, inputs: Mapping[str, str]) -> str:
        component = self._library.component(node.component, node.version)
        if not component.deterministic:
            return _("Its result may differ each time, so it is not reused.")
        step = self._last.get(node.id)
        if step is None:
            return _("It has never run with these values and inputs.")
        changes = self._changes(node, inputs)
        if changes:
            return _("Changed since run #%(number)d: %(what)s.") % {
                "number": step.run.number,
                "what": ", ".join(changes),
            }
        if step.state not in DONE_STEP_STATES:
            return _("In run #%(number)d it is %(state)s.") % {
                "number": step.run.number,
                "state": step.get_state_display().lower(),
            }
        return _("The result of run #%(number)d is not kept any more.") % {"number": step.run.number}

    def estimate(self, node: Node, inputs: Mapping[str, str] | None) -> Estimate | None:
        rows = self._history.get((node.component, node.version), [])
        if not rows:
            return None
        size = None if inputs is None else sum(self._sizes.get(tree, 0) for tree in inputs.values())
        near = [row for row in rows if _is_similar(row[2], size)]
        used = near or rows
        memory = [row[1] for row in used if row[1]]
        return Estimate(
            seconds=median(row[0] for row in used),
            memory_bytes=int(median(memory)) if memory else None,
            runs=len(used),
            similar=bool(near),
        )

    @cached_property
    def _steps(self) -> dict[Any, dict[str, Step]]:
        """Run to node to step, of the last runs of the same drawing, newest first."""
        if self._last_run is None:
            return {}
        drawing = self._last_run.origin.partition("@")[0]
        runs = Run.kept.filter(project=self._project, origin__startswith=f"{drawing}@").order_by("-number")
        numbered = {run.pk: run for run in runs.defer("document", "shapes")[:MOST_RUNS]}
        found: dict[Any, dict[str, Step]] = {pk: {} for pk in numbered}
        for step in Step.objects.filter(run__in=numbered):
            step.run = numbered[step.run_id]
            found[step.run_id][step.node] = step
        return found

    @cached_property
    def _last(self) -> dict[str, Step]:
        """The newest step of each node that was a result of its own: neither left out, nor pinned, nor kept."""
        found: dict[str, Step] = {}
        for steps in self._steps.values():
            for node, step in steps.items():
                asked = step.run.asked
                stood_in = node in asked.get("kept", {}) or any(pin["node"] == node for pin in asked.get("pins", ()))
                if node not in found and not stood_in and step.state not in ("skipped", "waiting"):
                    found[node] = step
        return found

    @cached_property
    def _specs(self) -> dict[Any, PipelineSpec]:
        return {step.run_id: msgspec.convert(step.run.spec, type=PipelineSpec) for step in self._last.values()}

    @cached_property
    def _history(self) -> dict[tuple[str, str], list[tuple[float, int | None, int | None]]]:
        kinds = {node.component for node in self._spec.nodes}
        rows = (
            Step.objects.filter(run__project=self._project, state="completed", component__in=kinds)
            .order_by("-pk")
            .values_list("component", "version", "started_at", "ended_at", "peak_memory_bytes", "input_bytes")
        )
        found: dict[tuple[str, str], list[tuple[float, int | None, int | None]]] = {}
        for component, version, started, ended, memory, size in rows[:MOST_STEPS]:
            if started and ended:
                found.setdefault((component, version), []).append(((ended - started).total_seconds(), memory, size))
        return found

    @cached_property
    def _sizes(self) -> dict[str, int]:
        trees = {pin.tree for node in self._spec.nodes for pin in node.pins.values()}
        trees |= {output["tree"] for step in self._last.values() for output in step.outputs.values()}
        for node in self._spec.nodes:
            if node.component == "dataset":
                trees |= set(self.source(node).values())
        return dict(Tree.objects.filter(digest__in=trees).values_list("digest", "size_bytes"))

    def _changes(self, node: Node, inputs: Mapping[str, str]) -> list[str]:
        """The parts that differ from the step of the last run, in words."""
        step = self._last[node.id]
        spec, steps = self._specs[step.run_id], self._steps[step.run_id]
        before = spec.node(node.id)
        if before is None or (before.component, before.version) != (node.component, node.version):
            return [_("the component")]
        found = self._values(before, node)
        had = {
            edge.target_port: (output_at(spec, steps, edge, self._library) or {}).get("tree")
            for edge in spec.inputs_of(node.id)
        }
        labels = {port.name: port.label for port in self._library.component(node.component, node.version).inputs}
        ports = sorted(port for port in had.keys() | inputs.keys() if had.get(port) != inputs.get(port))
        found += [_("the input “%(port)s”") % {"port": labels.get(port, port)} for port in ports]
        versions = step.run.snapshot.get("versions", {})
        names = sorted(versions.keys() | self._versions.keys())
        return found + [name for name in names if versions.get(name) != self._versions.get(name)]

    def _values(self, before: Node, node: Node) -> list[str]:
        component = self._library.component(node.component, node.version)
        defaults: dict[str, Any] = component.defaults()
        old, new = defaults | before.parameters, defaults | node.parameters
        labels = {one.name: one.label for one in component.parameters}
        return [
            f"“{labels.get(name, name)}”" for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)
        ]


def _result(step: Step) -> Result:
    return Result(
        step=step.pk,
        run=str(step.run_id),
        number=step.run.number,
        ended_at=step.ended_at,
        outputs={port: output["tree"] for port, output in step.outputs.items()},
    )


def _is_similar(size: int | None, expected: int | None) -> bool:
    if size is None or expected is None:
        return size == expected
    return max(size, 1) / SIMILAR <= max(expected, 1) <= max(size, 1) * SIMILAR
