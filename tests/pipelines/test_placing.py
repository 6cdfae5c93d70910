"""Places for graphs that nobody has drawn."""

from __future__ import annotations

from itertools import combinations

from mlops.formats.pipeline import Edge
from mlops.pipelines.placing import ACROSS, DOWN, placed


def edge(source: str, target: str) -> Edge:
    return Edge(source=source, source_port="out", target=target, target_port="in")


def test_each_node_stands_below_what_feeds_it_and_none_overlap() -> None:
    edges = [edge("a", "c"), edge("b", "c"), edge("c", "d"), edge("e", "d"), edge("a", "f"), edge("f", "d")]
    places = placed("abcdef", edges)
    assert all(places[one.source].y < places[one.target].y for one in edges)
    for left, right in combinations(places.values(), 2):
        assert abs(left.x - right.x) >= ACROSS or abs(left.y - right.y) >= DOWN


def test_what_is_needed_late_stands_beside_where_it_is_needed() -> None:
    places = placed("abcm", [edge("a", "b"), edge("b", "c"), edge("m", "c")])
    assert places["m"].y == places["b"].y


def test_a_circle_has_places_too() -> None:
    assert set(placed("ab", [edge("a", "b"), edge("b", "a")])) == {"a", "b"}
