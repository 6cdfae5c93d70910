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
        raise _invalid(
            _("It has %(count)s nodes; at most %(most_nodes)s are allowed.")
            % {"count": len(document.nodes), "most_nodes": MOST_NODES}
        )
    for node_id in document.nodes:
        if not NODE_ID.fullmatch(node_id):
            raise _invalid(_("“%(node_id)s” cannot name a node: use letters, digits, - and _.") % {"node_id": node_id})
    for edge in document.edges:
        for end in (edge.source, edge.target):
            if end not in document.nodes:
                raise _invalid(_("An edge names the node “%(end)s”, which is not in the drawing.") % {"end": end})
    taken: set[tuple[str, str]] = set()
    for edge in dict.fromkeys(document.edges):
        if (edge.target, edge.target_port) in taken:
            raise _invalid(
                _("The input “%(target_port)s” of “%(target)s” has two links; it takes one.")
                % {"target_port": edge.target_port, "target": edge.target}
            )
        taken.add((edge.target, edge.target_port))
    for node_id, place in document.layout.items():
        if not (math.isfinite(place.x) and math.isfinite(place.y)):
            raise _invalid(_("The position of “%(node_id)s” is no number.") % {"node_id": node_id})
    return tidy(document)


def _invalid(detail: str) -> Refusal:
    return Refusal(
        "document_invalid",
        _("This drawing cannot be read. %(detail)s") % {"detail": detail},
        hint=_("Nothing was changed: the last saved revision is still there."),
    )
