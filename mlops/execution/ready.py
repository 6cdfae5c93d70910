"""What may start, what can never start, and whether a run has ended: pure functions of spec and step states."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mlops.formats.pipeline import PipelineSpec
from mlops.pipelines.order import behind

DONE = frozenset({"completed", "reused"})
OPEN = frozenset({"waiting", "queued", "running"})


class Outlook(msgspec.Struct, frozen=True):
    """`start`: waiting nodes whose inputs are all there. `skip`: waiting node to the failed node that blocks it."""

    start: tuple[str, ...]
    skip: dict[str, str]
    ended: bool


def outlook(spec: PipelineSpec, states: Mapping[str, str], *, stops_at_failure: bool = False) -> Outlook:
    """`states`: node to step state. `stops_at_failure`: nothing starts after a failure, whether it needs it or not."""
    skip: dict[str, str] = {}
    failed = next((node for node, state in states.items() if state == "failed"), "")
    if stops_at_failure and failed:
        skip = {node: failed for node, state in states.items() if state == "waiting"}
    for node, state in states.items():
        if state in ("failed", "cancelled"):
            for later in sorted(behind(spec, node)):
                if states.get(later) == "waiting":
                    skip.setdefault(later, node)
    hungry = {edge.target for edge in spec.edges if states.get(edge.source) not in DONE}
    start = tuple(
        node for node, state in states.items() if state == "waiting" and node not in skip and node not in hungry
    )
    still_open = any(state in OPEN for node, state in states.items() if node not in skip)
    return Outlook(start=start, skip=skip, ended=not still_open)
