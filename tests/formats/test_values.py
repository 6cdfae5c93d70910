"""Values that cross a boundary keep their form."""

from __future__ import annotations

import msgspec
import pytest

from mlops.formats.pipeline import Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.transform import FillMissing, FittedTransform, KeepColumns


def test_a_recipe_comes_back_from_json_as_it_went():
    fitted = FittedTransform(transforms=(KeepColumns(columns=("a",)), FillMissing(column="a", value=0.5)))
    assert msgspec.json.decode(msgspec.json.encode(fitted), type=FittedTransform) == fitted


def test_equal_specs_have_equal_digests_whatever_the_order_of_their_parameters():
    one = PipelineSpec(nodes=(Node(id="a", component="c", version="1", parameters={"x": 1, "y": 2}),), edges=())
    two = PipelineSpec(nodes=(Node(id="a", component="c", version="1", parameters={"y": 2, "x": 1}),), edges=())
    assert one.digest() == two.digest()


def test_another_edge_is_another_digest():
    edge = Edge(source="a", source_port="o", target="b", target_port="i")
    assert PipelineSpec(nodes=(), edges=(edge,)).digest() != PipelineSpec(nodes=(), edges=()).digest()


def test_a_problem_names_only_the_places_that_are_known():
    refusal = Refusal("x", "y", where=Where(column="price"))
    assert refusal.as_problem()["where"] == {"column": "price"}


@pytest.mark.parametrize(("typed", "meant"), [("prce", "Did you mean 'price'?"), ("zzz", "")])
def test_the_nearest_name_is_suggested_only_when_near(typed, meant):
    assert nearest(typed, ["price", "make"]) == meant
