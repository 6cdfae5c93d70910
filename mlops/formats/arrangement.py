"""Places for the nodes of a graph that nobody has drawn, as the canvas arranges them (frontend/src/graph/layout.ts).

Layers from top to bottom: the longest path gives a node its layer, the medians of its neighbours its order there
(Sugiyama, Tagawa and Toda 1981). A link that passes layers keeps a narrow place in each of them, so that it runs beside
the cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median

from mlops.formats.document import Place
from mlops.formats.pipeline import Edge

CARD_WIDTH, CARD_HEIGHT = 248, 68
BEND_WIDTH = 160
GAP_ACROSS, GAP_DOWN = 40, 60
LEFT, TOP, GRID = 80.0, 60.0, 8
SWEEPS = 9
STRAIGHT = 8
"""How much rather long links are straight than short ones."""
MOST_PASSED = 50
"""A link that passes more layers keeps no places: they would be more than the nodes."""

Bend = tuple[str, str, int, int]
Thing = str | Bend
"""What takes a place in a layer: a node, or where a link (source, target, number) passes the layer."""
Neighbours = Mapping[Thing, Sequence[Thing]]


def arranged(nodes: Iterable[str], edges: Sequence[Edge]) -> dict[str, Place]:
    """Also where the graph has circles, which others refuse."""
    names = list(dict.fromkeys(nodes))
    known = set(names)
    links = [(edge.source, edge.target) for edge in edges if edge.source in known and edge.target in known]
    layer_of = _layers(names, links)
    layers: list[list[Thing]] = [[] for _layer in range(1 + max(layer_of.values(), default=-1))]
    for name in names:
        layers[layer_of[name]].append(name)
    above, below = _with_bends(layers, layer_of, links)
    for sweep in range(SWEEPS):
        _order(layers, above if sweep % 2 == 0 else below, down=sweep % 2 == 0)
    middles = _middles(layers, above, below)
    leftmost = min((middles[name] for name in names), default=0.0)
    return {
        name: Place(x=LEFT + _snapped(middles[name] - leftmost), y=TOP + layer_of[name] * (CARD_HEIGHT + GAP_DOWN))
        for name in names
    }


def _layers(names: list[str], links: list[tuple[str, str]]) -> dict[str, int]:
    """A node that nothing feeds is directly above the nearest that it feeds, rather than at the very top."""
    fed_by = {name: [source for source, target in links if target == name] for name in names}
    feeds = {name: [target for source, target in links if source == name] for name in names}
    layer_of: dict[str, int] = {}
    for name in _in_order(names, fed_by):
        layer_of[name] = 1 + max((layer_of[source] for source in fed_by[name] if source in layer_of), default=-1)
    for name in names:
        if feeds[name] and not fed_by[name]:
            layer_of[name] = max(0, min(layer_of[target] for target in feeds[name]) - 1)
    return layer_of


def _in_order(names: list[str], fed_by: Mapping[str, Sequence[str]]) -> list[str]:
    done: dict[str, None] = {}
    while len(done) < len(names):
        ready = [name for name in names if name not in done and all(source in done for source in fed_by[name])]
        done |= dict.fromkeys(ready or [name for name in names if name not in done])
    return list(done)


def _with_bends(
    layers: list[list[Thing]], layer_of: Mapping[str, int], links: list[tuple[str, str]]
) -> tuple[dict[Thing, list[Thing]], dict[Thing, list[Thing]]]:
    """Puts the bends of long links into the layers. Returns what is above and what is below each."""
    above: dict[Thing, list[Thing]] = {name: [] for name in layer_of}
    below: dict[Thing, list[Thing]] = {name: [] for name in layer_of}
    for number, (source, target) in enumerate(links):
        passed = range(layer_of[source] + 1, layer_of[target])
        bends: list[Thing] = [(source, target, number, at) for at in passed] if len(passed) <= MOST_PASSED else []
        for at, bend in zip(passed, bends, strict=False):
            layers[at].append(bend)
        chain = [source, *bends, target]
        for upper, lower in pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    return above, below


def _order(layers: list[list[Thing]], fixed: Neighbours, *, down: bool) -> None:
    place = {thing: index for layer in layers for index, thing in enumerate(layer)}
    for layer in layers if down else reversed(layers):
        wanted = {thing: median([place[one] for one in fixed.get(thing, ())] or [place[thing]]) for thing in layer}
        layer.sort(key=wanted.__getitem__)
        place |= {thing: index for index, thing in enumerate(layer)}


def _middles(layers: list[list[Thing]], above: Neighbours, below: Neighbours) -> dict[Thing, float]:
    """Across: side by side about the same line at first; then each is pulled to its neighbours."""
    middles: dict[Thing, float] = {}
    for layer in layers:
        left = -sum(_width(thing) + GAP_ACROSS for thing in layer) / 2
        for thing in layer:
            middles[thing] = left + _width(thing) / 2
            left += _width(thing) + GAP_ACROSS
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            middles |= _pulled(layer, above if sweep % 2 == 0 else below, middles)
    return middles


def _pulled(layer: Sequence[Thing], fixed: Neighbours, middles: Mapping[Thing, float]) -> dict[Thing, float]:
    """As near to the mean of its neighbours as order and distance in the layer allow: the middle of what comes out from
    the left and from the right."""
    forth = [_mean(thing, fixed.get(thing, ()), middles) for thing in layer]
    back = list(forth)
    apart = [(_width(one) + _width(other)) / 2 + GAP_ACROSS for one, other in pairwise(layer)]
    for at, step in enumerate(apart, 1):
        forth[at] = max(forth[at], forth[at - 1] + step)
    for at in range(len(apart) - 1, -1, -1):
        back[at] = min(back[at], back[at + 1] - apart[at])
    return {thing: (one + other) / 2 for thing, one, other in zip(layer, forth, back, strict=True)}


def _mean(thing: Thing, neighbours: Sequence[Thing], middles: Mapping[Thing, float]) -> float:
    weights = [STRAIGHT if isinstance(thing, tuple) or isinstance(one, tuple) else 1 for one in neighbours]
    if not weights:
        return middles[thing]
    return sum(weight * middles[one] for weight, one in zip(weights, neighbours, strict=True)) / sum(weights)


def _width(thing: Thing) -> int:
    return BEND_WIDTH if isinstance(thing, tuple) else CARD_WIDTH


def _snapped(value: float) -> float:
    return float(round(value / GRID) * GRID)
