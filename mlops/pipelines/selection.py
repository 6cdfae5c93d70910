"""The part of a graph that a run executes: all, up to some nodes, from them on, or only them."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.asked import Kept, LeftOut, Scope
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, nearest
from mlops.pipelines.expand import card_of
from mlops.pipelines.order import before, behind


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """`anew`: nodes that run even where an equal result is there. `kept`: earlier steps that stand in for nodes.
    `outside`: nodes that take no part."""

    scope: Scope = Scope()
    anew: tuple[str, ...] = ()
    kept: dict[str, Kept] = {}
    outside: dict[str, LeftOut] = {}


def inside(spec: PipelineSpec, scope: Scope) -> frozenset[str]:
    """The steps that the scope asks to run; a card's inner steps belong to it.

    Raises Refusal `scope_empty` or `scope_node`."""
    known: dict[str, list[str]] = {}
    for node in spec.nodes:
        known.setdefault(card_of(node.id), []).append(node.id)
    if scope.kind in ("all", "changed"):
        return frozenset(node.id for node in spec.nodes)
    if not scope.nodes:
        raise Refusal("scope_empty", _("Choose at least one step first."))
    found: set[str] = set()
    for card in scope.nodes:
        if card not in known:
            raise Refusal(
                "scope_node",
                _("“%(node)s” does not run, so nothing can run to it, from it or at it.") % {"node": card},
                hint=nearest(card, known) or _("It may be disabled or bypassed."),
            )
        found |= set(known[card])
        for step in known[card]:
            if scope.kind == "to":
                found |= before(spec, step)
            elif scope.kind == "from":
                found |= behind(spec, step)
    return frozenset(found)


def selected(spec: PipelineSpec, selection: Selection) -> PipelineSpec:
    """Without the nodes outside, and without what feeds nodes whose result is kept."""
    nodes = tuple(node for node in spec.nodes if node.id not in selection.outside)
    ids = {node.id for node in nodes}
    edges = tuple(
        edge for edge in spec.edges if edge.source in ids and edge.target in ids and edge.target not in selection.kept
    )
    return PipelineSpec(nodes=nodes, edges=edges)
