"""ONNX files that came as they are: other forms of them, compared output by output."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from mlops.formats.model import ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.packaging.convert import convert


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two layers of a network, with names that only its author knows."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(1)
    first, second = (random.normal(size=shape).astype(np.float32) for shape in ((16, 64), (64, 3)))
    nodes = [
        helper.make_node("MatMul", ["cells", "first"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["bent"]),
        helper.make_node("MatMul", ["bent", "second"], ["raw"]),
        helper.make_node("Softmax", ["raw"], ["chances"], axis=1),
        helper.make_node("ArgMax", ["chances"], ["best"], axis=1),
    ]
    given = [helper.make_tensor_value_info("cells", TensorProto.FLOAT, ["rows", 16])]
    answered = [
        helper.make_tensor_value_info("chances", TensorProto.FLOAT, ["rows", 3]),
        helper.make_tensor_value_info("best", TensorProto.INT64, ["rows", 1]),
    ]
    weights = [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")]
    graph = helper.make_graph(nodes, "network", given, answered, weights)
    place = tmp_path / "model"
    place.mkdir()
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), place / "net.onnx")
    return place


@pytest.mark.parametrize("kind", ["int8", "float16"])
def test_a_smaller_form_is_made_and_compared(kind, folder, tmp_path):
    convert(folder, tmp_path, tolerance=0.5, kind=kind)
    found = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert found.accepted, found.reason
    assert found.onnx_bytes < found.before_bytes
    assert [speed.rows for speed in found.speeds] == [1, 32, 1000]
    assert found.reference == "generated"


def test_a_tolerance_that_eight_bits_do_not_hold_is_refused(folder, tmp_path):
    convert(folder, tmp_path, tolerance=1e-6, kind="int8")
    found = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert not found.accepted


def test_onnx_of_onnx_is_refused_with_what_may_be_asked(folder, tmp_path):
    with pytest.raises(Refusal, match="already") as refused:
        convert(folder, tmp_path, tolerance=1e-4)
    assert "quantised" in refused.value.hint
