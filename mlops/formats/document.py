"""The designer's document: the graph as drawn, with titles, comments and positions."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.pipeline import Edge


class DrawnNode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    component: str
    version: str
    parameters: dict[str, Any] = {}
    title: str = ""
    """Replaces the component's title on the card when set."""
    comment: str = ""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    x: float
    y: float


class Document(msgspec.Struct, frozen=True, kw_only=True):
    nodes: dict[str, DrawnNode] = {}
    edges: tuple[Edge, ...] = ()
    layout: dict[str, Position] = {}
