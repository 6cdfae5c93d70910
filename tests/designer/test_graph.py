"""The drawing as a value."""

from __future__ import annotations

import pytest

from designer.graph.difference import difference
from designer.graph.document import freeze, read
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal

DRAWING = {
    "nodes": {
        "a": {"component": "dataset", "version": "1", "parameters": {"dataset": "Cars"}},
        "b": {"component": "split_data", "version": "1"},
    },
    "edges": [{"source": "a", "source_port": "dataset", "target": "b", "target_port": "dataset"}],
    "layout": {"a": {"x": 0, "y": 0}, "gone": {"x": 1, "y": 1}},
}


def test_positions_of_nodes_that_are_gone_are_dropped_and_missing_ones_made():
    assert set(read(DRAWING).layout) == {"a", "b"}


def test_a_drawing_and_the_same_drawing_moved_freeze_to_the_same_spec():
    moved = DRAWING | {"layout": {"a": {"x": 500, "y": 3}, "b": {"x": 7, "y": 8}}}
    assert freeze(read(DRAWING)).digest() == freeze(read(moved)).digest()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"edges": [{"source": "a", "source_port": "x", "target": "zz", "target_port": "y"}]}, "“zz”"),
        ({"nodes": {"a b": {"component": "c", "version": "1"}}, "edges": []}, "“a b”"),
        ({"nodes": [1]}, "nodes"),
    ],
)
def test_a_broken_drawing_is_refused_and_the_broken_part_named(change, told):
    with pytest.raises(Refusal, match="cannot be read") as refused:
        read(DRAWING | change)
    assert told in refused.value.message


def test_the_difference_names_what_was_added_changed_and_moved():
    before = read(DRAWING)
    after = read(
        DRAWING
        | {
            "nodes": {**DRAWING["nodes"], "b": {"component": "split_data", "version": "1", "parameters": {"f": 1}},
                      "c": {"component": "x", "version": "1"}},
            "layout": {"a": {"x": 9, "y": 9}},
        }
    )  # fmt: skip
    found = difference(before, after)
    assert (found.added, found.changed, found.moved) == (("c",), {"b": ("f",)}, ("a",))
    assert difference(before, before).is_empty
    assert difference(Document(), before).added == ("a", "b")


def test_two_links_into_one_input_are_refused_by_name():
    other = {"source": "b", "source_port": "results_dataset1", "target": "b", "target_port": "dataset"}
    with pytest.raises(Refusal, match="“dataset” of “b” has two links"):
        read(DRAWING | {"edges": [*DRAWING["edges"], other]})
