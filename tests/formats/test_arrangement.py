"""Places for graphs that nobody has drawn."""

from __future__ import annotations

from itertools import combinations, pairwise

from mlops.formats.arrangement import CARD_HEIGHT, CARD_WIDTH, arranged
from mlops.formats.pipeline import Edge


def edge(source: str, target: str) -> Edge:
    return Edge(source=source, source_port="out", target=target, target_port="in")


def test_each_node_stands_below_what_feeds_it_and_none_overlap() -> None:
    edges = [edge("a", "c"), edge("b", "c"), edge("c", "d"), edge("e", "d"), edge("a", "f"), edge("f", "d")]
    places = arranged("abcdef", edges)
    assert all(places[one.source].y < places[one.target].y for one in edges)
    for left, right in combinations(places.values(), 2):
        assert abs(left.x - right.x) > CARD_WIDTH or abs(left.y - right.y) > CARD_HEIGHT


def test_what_is_needed_late_stands_beside_where_it_is_needed() -> None:
    places = arranged("abcm", [edge("a", "b"), edge("b", "c"), edge("m", "c")])
    assert places["m"].y == places["b"].y


def test_a_circle_has_places_too() -> None:
    assert set(arranged("ab", [edge("a", "b"), edge("b", "a")])) == {"a", "b"}


def test_a_link_that_passes_layers_runs_beside_the_cards_there() -> None:
    places = arranged("abcd", [edge("a", "b"), edge("b", "c"), edge("a", "c"), edge("a", "d")])
    assert abs(places["b"].x - places["c"].x) > 0


def test_nothing_and_a_long_chain_have_places() -> None:
    assert arranged([], []) == {}
    names = [str(number) for number in range(300)]
    links = [edge(one, other) for one, other in pairwise(names)] + [edge(names[0], one) for one in names[2:]]
    assert len(arranged(names, links)) == 300
