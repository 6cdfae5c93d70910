"""What a server is told at its start is no part of what it serves."""

from __future__ import annotations

from mlops.formats.placement import Placement, placed, placement_of
from mlops.formats.serving import RequestLimits, Serving


def test_the_same_content_under_two_names_has_one_common_form():
    blue = Serving(entry="onnx", endpoint="a", deployment="blue", model="m:1", signature=None, variables={"KEY": "x"})
    green = Serving(entry="onnx", endpoint="b", deployment="green", model="m:1", signature=None, threads=4)
    assert placed(blue, Placement()) == placed(green, Placement())


def test_a_placement_brings_back_what_was_taken_out():
    serving = Serving(
        entry="onnx", endpoint="a", deployment="blue", model="m:1", signature=None, limits=RequestLimits(rows=7)
    )
    assert placed(placed(serving, Placement()), placement_of(serving)) == serving
