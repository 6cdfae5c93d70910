"""What may start, what can never start, and whether a run has ended: pure functions of spec and step states."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from mlops.formats.pipeline import PipelineSpec
from mlops.pipelines.order import behind

DONE = frozenset({"completed", "reused"})
LOST = frozenset({"failed", "cancelled", "skipped"})
OPEN = frozenset({"waiting", "queued", "running"})


class Outlook(msgspec.Struct, frozen=True):
    """`start`: waiting nodes whose inputs are all there. `skip`: waiting node to the failed node that blocks it."""

    start: tuple[str, ...]
    skip: dict[str, str]
    ended: bool


def outlook(
    spec: PipelineSpec,
    states: Mapping[str, str],
    *,
    stops_at_failure: bool = False,
    does_without: Collection[tuple[str, str]] = (),
) -> Outlook:
    """`states`: node to step state. `stops_at_failure`: nothing starts after a failure, whether it needs it or not.
    `does_without`: inputs, as (node, port), that need not be there where the step before them will never be done."""
    needed = spec if not does_without else _without(spec, does_without)
    skip: dict[str, str] = {}
    failed = next((node for node, state in states.items() if state == "failed"), "")
    if stops_at_failure and failed:
        skip = {node: failed for node, state in states.items() if state == "waiting"}
    for node, state in states.items():
        if state in ("failed", "cancelled"):
            for later in sorted(behind(needed, node)):
                if states.get(later) == "waiting":
                    skip.setdefault(later, node)
    lost = {node for node, state in states.items() if state in LOST} | skip.keys()
    hungry = {
        edge.target
        for edge in spec.edges
        if states.get(edge.source) not in DONE
        and not (edge.source in lost and (edge.target, edge.target_port) in does_without)
    }
    start = tuple(
        node for node, state in states.items() if state == "waiting" and node not in skip and node not in hungry
    )
    still_open = any(state in OPEN for node, state in states.items() if node not in skip)
    return Outlook(start=start, skip=skip, ended=not still_open)


def _without(spec: PipelineSpec, inputs: Collection[tuple[str, str]]) -> PipelineSpec:
    edges = tuple(edge for edge in spec.edges if (edge.target, edge.target_port) not in inputs)
    return PipelineSpec(nodes=spec.nodes, edges=edges)
