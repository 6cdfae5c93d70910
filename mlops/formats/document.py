"""The designer's document: the graph as drawn, with titles, comments, notes, frames, parameters and positions."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.demand import ANYWHERE, Demand
from mlops.formats.pipeline import Edge, Pin, PipelineParameter

__all__ = ["Document", "DrawnNode", "Group", "Note", "Pin", "PipelineParameter", "Place"]


class DrawnNode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    component: str
    version: str
    parameters: dict[str, Any] = {}
    """A value `{"$parameter": NAME}` takes that of the pipeline's parameter."""
    title: str = ""
    """Replaces the component's title on the card when set."""
    comment: str = ""
    mode: Literal["", "disabled", "bypassed"] = ""
    """Disabled: neither it nor what needs it runs. Bypassed: its first fitting input is passed through."""
    regenerate: bool = False
    """Run it also where an equal earlier result is there."""
    pins: dict[str, Pin] = {}
    """By output port."""
    demand: Demand = ANYWHERE
    """What the worker must have that runs it."""


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a node, note or frame is drawn, in pixels at 100 %."""

    x: float
    y: float
    width: float | None = None
    height: float | None = None
    collapsed: bool = False


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    text: str = ""
    """Markdown."""
    colour: str = ""
    node: str = ""
    """The node that it is about, if any."""


class Group(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frame around nodes. It says what belongs together and changes nothing in the run."""

    title: str = ""
    colour: str = ""
    nodes: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    nodes: dict[str, DrawnNode] = {}
    edges: tuple[Edge, ...] = ()
    layout: dict[str, Place] = {}
    """By the id of a node, note or group; ids are unique over all three."""
    notes: dict[str, Note] = {}
    groups: dict[str, Group] = {}
    parameters: dict[str, PipelineParameter] = {}
    defaults: dict[Literal["demand"], Demand] = {}
    """What holds for steps that say nothing themselves, nor their components."""
