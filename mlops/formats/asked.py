"""What was asked of a run beside its graph: the part of the graph, values of parameters, pins. With it a run can be
made again."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.pipeline import Pin

ScopeKind = Literal["all", "to", "from", "only", "changed"]


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`nodes`: those from, to or of which to run; of `all` and `changed` there are none."""

    kind: ScopeKind = "all"
    nodes: tuple[str, ...] = ()


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier step whose outputs stand in for a node's, because the scope does not include it."""

    step: int
    run: int
    """Its number in the project."""


class PinUsed(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    port: str
    pin: Pin


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the drawing that the run does not execute."""

    code: Literal["disabled", "needs_disabled", "bypassed", "not_needed", "out_of_scope"]
    reason: str
    because: str = ""
    """The node that caused it."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    scope: Scope = Scope()
    parameters: dict[str, Any] = {}
    """The value of each pipeline parameter in this run, given or default."""
    pins: tuple[PinUsed, ...] = ()
    kept: dict[str, Kept] = {}
    anew: tuple[str, ...] = ()
    """Nodes that run also where an equal result is there."""
    left_out: dict[str, LeftOut] = {}
    continue_on_step_failure: bool = True
    """Whether branches that do not need a failed step go on."""
    does_without: tuple[tuple[str, str], ...] = ()
    """Nodes with those of their optional inputs without which they run where the step before failed."""
