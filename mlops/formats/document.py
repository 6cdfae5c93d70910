"""The designer's document: the graph as drawn, with titles, comments, notes, frames, parameters and positions."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.pipeline import Edge


class Pin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A kept output that stands in for the step's own, so that the step is not run."""

    run: str
    node: str
    port: str
    tree: str
    """The digest of the kept value."""
    pinned_at: str
    """ISO 8601, UTC."""
    pinned_by: str


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


class PipelineParameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named value that may be given anew at each submit; nodes refer to it by `{"$parameter": NAME}`."""

    type: Literal["string", "integer", "decimal", "boolean", "dataset"]
    default: Any = None
    """Of a dataset: `{"dataset": name, "version": number or None}`."""
    help: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    nodes: dict[str, DrawnNode] = {}
    edges: tuple[Edge, ...] = ()
    layout: dict[str, Place] = {}
    """By the id of a node, note or group; ids are unique over all three."""
    notes: dict[str, Note] = {}
    groups: dict[str, Group] = {}
    parameters: dict[str, PipelineParameter] = {}
