"""Reads a drawing that came from outside."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

from mlops.formats.document import Document
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.pipelines.drawn import freeze, tidy

__all__ = ["freeze", "read", "tidy"]

MOST_NODES = 5_000
NODE_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def read(raw: Any) -> Document:
    """Raises Refusal `document_invalid`, naming the part that cannot be read."""
    try:
        document = msgspec.convert(raw, type=Document)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    if len(document.nodes) > MOST_NODES:
        raise _invalid(f"It has {len(document.nodes)} nodes; at most {MOST_NODES} are allowed.")
    for node_id in document.nodes:
        if not NODE_ID.fullmatch(node_id):
            raise _invalid(f"“{node_id}” cannot name a node: use letters, digits, - and _.")
    for edge in document.edges:
        for end in (edge.source, edge.target):
            if end not in document.nodes:
                raise _invalid(f"An edge names the node “{end}”, which is not in the drawing.")
    taken: set[tuple[str, str]] = set()
    for edge in dict.fromkeys(document.edges):
        if (edge.target, edge.target_port) in taken:
            raise _invalid(f"The input “{edge.target_port}” of “{edge.target}” has two links; it takes one.")
        taken.add((edge.target, edge.target_port))
    for node_id, place in document.layout.items():
        if not (math.isfinite(place.x) and math.isfinite(place.y)):
            raise _invalid(f"The position of “{node_id}” is no number.")
    return tidy(document)


def _invalid(detail: str) -> Refusal:
    return Refusal(
        "document_invalid",
        _("This drawing cannot be read. %(detail)s") % {"detail": detail},
        hint=_("Nothing was changed: the last saved revision is still there."),
    )
