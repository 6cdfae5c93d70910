"""What a run would do, before it starts: which steps run, are reused or skipped and why, and what that takes.

Pure: what earlier runs left is asked through `Past`."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.asked import Kept, LeftOut, Scope
from mlops.formats.inference import SAVED_COMPONENTS
from mlops.formats.pipeline import DATASET_COMPONENT, Node, PipelineSpec
from mlops.pipelines.expand import card_of
from mlops.pipelines.order import in_order, pinned_nodes
from mlops.pipelines.selection import Selection, inside

Action = Literal["run", "reuse", "read", "pinned", "kept", "skip", "outside", "blocked"]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier step that could stand in for one of this run. `outputs`: port to tree digest."""

    step: int
    run: str
    number: int
    ended_at: datetime | None
    outputs: dict[str, str]


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over earlier steps. `runs`: how many; `similar`: whether their inputs were about as large."""

    seconds: float
    memory_bytes: int | None
    runs: int
    similar: bool


class Past(Protocol):
    def equal(self, node: Node, inputs: Mapping[str, str]) -> Result | None:
        """A whole result with the same reuse key."""
        ...

    def last(self, node: Node, inputs: Mapping[str, str]) -> Result | None:
        """Of the drawing's last run, where the step, its values and its inputs were the same."""
        ...

    def source(self, node: Node) -> dict[str, str]:
        """Port to tree digest of a node that only names what is there, such as a dataset."""
        ...

    def difference(self, node: Node, inputs: Mapping[str, str]) -> str:
        """Why no equal result is there: the part that differs from the step of the last run."""
        ...

    def estimate(self, node: Node, inputs: Mapping[str, str] | None) -> Estimate | None:
        """None without history."""
        ...

    def title(self, node_id: str) -> str: ...


class Line(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    title: str
    action: Action
    why: str
    since: datetime | None = None
    run: str = ""
    number: int | None = None
    """The run whose result is taken."""
    estimate: Estimate | None = None
    warning: str = ""
    """Why it would wait, where no worker has what it asks for."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds`: from start to end with `slots` steps at a time; steps without history count nothing and are counted
    in `unknown`."""

    lines: tuple[Line, ...]
    counts: dict[str, int]
    seconds: float
    memory_bytes: int | None
    """The most that one step is expected to need."""
    unknown: int
    slots: int
    selection: Selection


class _Seen(msgspec.Struct):
    line: Line
    inputs: dict[str, str] | None
    result: Result | None = None


def foretell(spec: PipelineSpec, left_out: Mapping[str, LeftOut], *, scope: Scope, past: Past, slots: int) -> Plan:
    """`spec`: resolved and expanded. Raises Refusal `scope_empty` or `scope_node`."""
    wanted = inside(spec, scope)
    anew = frozenset(n.id for n in spec.nodes if card_of(n.id) in scope.nodes and scope.kind in ("from", "only"))
    seen = _predict(spec, scope, anew, past)
    selection = _select(spec, scope, wanted, anew, seen, past)
    lines = [_final(node, seen[node.id], selection, past) for node in in_order(spec)]
    lines += [
        Line(node=node, title=past.title(node), action="skip", why=left.reason) for node, left in left_out.items()
    ]
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.action] = counts.get(line.action, 0) + 1
    runs = [line for line in lines if line.action == "run"]
    memory = [line.estimate.memory_bytes for line in runs if line.estimate and line.estimate.memory_bytes]
    return Plan(
        lines=tuple(lines),
        counts=counts,
        seconds=makespan(spec, {line.node: line.estimate.seconds if line.estimate else 0.0 for line in runs}, slots),
        memory_bytes=max(memory, default=None),
        unknown=sum(line.estimate is None for line in runs),
        slots=slots,
        selection=selection,
    )


def makespan(spec: PipelineSpec, seconds: Mapping[str, float], slots: int) -> float:
    """From the first start to the last end, when each free slot takes the next ready step; others take no time."""
    ready_at: dict[str, float] = {}
    free = [0.0] * max(slots, 1)
    heapq.heapify(free)
    for node in in_order(spec):
        starts = max((ready_at.get(edge.source, 0.0) for edge in spec.inputs_of(node.id)), default=0.0)
        takes = seconds.get(node.id)
        if takes is not None:
            starts = max(starts, heapq.heappop(free))
            heapq.heappush(free, starts + takes)
        ready_at[node.id] = starts + (takes or 0.0)
    return max(ready_at.values(), default=0.0)


def _predict(spec: PipelineSpec, scope: Scope, anew: frozenset[str], past: Past) -> dict[str, _Seen]:
    made: dict[str, dict[str, str]] = {}
    pinned = pinned_nodes(spec)
    seen: dict[str, _Seen] = {}
    for node in in_order(spec):
        inputs, cause = _inputs(spec, node, made)
        found = _look(node, inputs, cause, scope, node.id in anew, node.id in pinned, past)
        seen[node.id] = found
        if found.line.action in ("pinned", "read"):
            made[node.id] = past.source(node) if found.line.action == "read" else {}
        elif found.result is not None:
            made[node.id] = dict(found.result.outputs)
        if node.id in made or node.pins:
            made[node.id] = made.get(node.id, {}) | {port: pin.tree for port, pin in node.pins.items()}
    return seen


def _inputs(spec: PipelineSpec, node: Node, made: Mapping[str, dict[str, str]]) -> tuple[dict[str, str] | None, str]:
    """Port to tree digest, or None and the node whose output is not known before the run."""
    found = {}
    for edge in spec.inputs_of(node.id):
        tree = made.get(edge.source, {}).get(edge.source_port)
        if tree is None:
            return None, edge.source
        found[edge.target_port] = tree
    return found, ""


def _look(
    node: Node,
    inputs: dict[str, str] | None,
    cause: str,
    scope: Scope,
    is_anew: bool,
    is_pinned: bool,
    past: Past,
) -> _Seen:
    def line(action: Action, why: str, **more: Any) -> Line:
        return Line(node=node.id, title=past.title(node.id), action=action, why=why, **more)

    if is_pinned:
        pin = next(iter(node.pins.values()))
        told = _("Pinned by %(who)s on %(day)s: the kept output stands in.")
        return _Seen(line("pinned", told % {"who": pin.pinned_by, "day": pin.pinned_at[:10]}), inputs)
    if node.component == DATASET_COMPONENT or node.component in SAVED_COMPONENTS:
        return _Seen(line("read", _("Is there already.")), inputs)
    if inputs is None:
        why = _("“%(title)s”, which feeds it, runs before it.") % {"title": past.title(cause)}
        return _Seen(line("run", why, estimate=past.estimate(node, None)), None)
    if is_anew:
        return _Seen(line("run", _("You asked for it."), estimate=past.estimate(node, inputs)), inputs)
    if node.regenerate:
        return _Seen(line("run", _("It is set to run each time."), estimate=past.estimate(node, inputs)), inputs)
    if result := past.equal(node, inputs):
        told = _("Unchanged since run #%(number)d.") % {"number": result.number}
        taken = line("reuse", told, since=result.ended_at, run=result.run, number=result.number)
        return _Seen(taken, inputs, result)
    if scope.kind != "all" and (result := past.last(node, inputs)):
        told = _("Not changed since run #%(number)d, whose result stands in.") % {"number": result.number}
        taken = line("kept", told, since=result.ended_at, run=result.run, number=result.number)
        return _Seen(taken, inputs, result)
    return _Seen(line("run", past.difference(node, inputs), estimate=past.estimate(node, inputs)), inputs)


def _select(
    spec: PipelineSpec,
    scope: Scope,
    wanted: frozenset[str],
    anew: frozenset[str],
    seen: dict[str, _Seen],
    past: Past,
) -> Selection:
    """What feeds the wanted steps comes from kept results; `from` also runs what has none, `only` is blocked by it."""
    takes_part = set(wanted)
    kept: dict[str, Kept] = {
        n: _kept(s.result) for n, s in seen.items() if n in wanted and s.line.action == "kept" and s.result
    }
    border = list(wanted)
    while border:
        node = border.pop()
        for edge in spec.inputs_of(node) if node not in kept else ():
            source = edge.source
            if source in takes_part:
                continue
            takes_part.add(source)
            found = seen[source]
            if found.result is not None:
                kept[source] = _kept(found.result)
            elif found.line.action == "run":
                told = _("No kept result fits: %(why)s") % {"why": found.line.why}
                action: Action = "blocked" if scope.kind == "only" else "run"
                found.line = msgspec.structs.replace(found.line, action=action, why=told)
                border.append(source)
    outside = {
        node.id: LeftOut(code="out_of_scope", reason=_scope_reason(scope, past))
        for node in spec.nodes
        if node.id not in takes_part
    }
    return Selection(scope=scope, anew=tuple(sorted(anew)), kept=kept, outside=outside)


def _kept(result: Result) -> Kept:
    return Kept(step=result.step, run=result.number)


def _scope_reason(scope: Scope, past: Past) -> str:
    titles = ", ".join(f"“{past.title(node)}”" for node in scope.nodes)
    return {
        "to": _("Not in this run: it runs up to %(titles)s."),
        "from": _("Not in this run: it runs from %(titles)s on."),
        "only": _("Not in this run: it runs only %(titles)s."),
    }.get(scope.kind, _("Not in this run.")) % {"titles": titles}


def _final(node: Node, seen: _Seen, selection: Selection, past: Past) -> Line:
    left = selection.outside.get(node.id)
    if left is not None:
        return Line(node=node.id, title=past.title(node.id), action="outside", why=left.reason)
    return seen.line
