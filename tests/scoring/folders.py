"""Small real deployments for tests: ONNX models built with onnx.helper, scripts written on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.model import Field, Signature
from mlops.formats.serving import SERVING_FILE, GoldenRequest, RequestLimits, Serving

PRICE = Signature(
    inputs=(
        Field(name="horsepower", type="integer", required=True, example=95),
        Field(name="weight", type="decimal", required=True, example=2400.5),
        Field(name="turbo", type="boolean", example=False),
        Field(name="make", type="string", categories=("bmw", "volvo"), example="volvo"),
        Field(name="built", type="date"),
    ),
    outputs=(Field(name="Scored Labels", type="decimal"),),
)
"""price = 100 * horsepower + 2 * weight; the other columns are checked and not used."""

CHURN = Signature(
    inputs=(Field(name="calls", type="integer", required=True, example=3),),
    outputs=(Field(name="Scored Labels", type="string"), Field(name="Scored Probabilities", type="decimal")),
)
"""p(yes) = sigmoid(calls)."""

ROW = {"horsepower": 100, "weight": 2000.0}
PREDICTED = {"Scored Labels": 14000.0}


def write_serving(folder: Path, **fields: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    defaults: dict[str, Any] = {
        "endpoint": "prices",
        "deployment": "blue",
        "model": "prices:3",
        "signature": None,
        "limits": RequestLimits(rows=100, body_bytes=100_000),
    }
    (folder / SERVING_FILE).write_bytes(msgspec.json.encode(Serving(**{**defaults, **fields})))
    return folder


def price_folder(folder: Path, **fields: Any) -> Path:
    """A regression served with ONNX."""
    from onnx import TensorProto, helper

    hundred, two = (helper.make_tensor(n, TensorProto.FLOAT, [1], [v]) for n, v in (("c1", 100.0), ("c2", 2.0)))
    graph = helper.make_graph(
        [
            helper.make_node("Mul", ["horsepower", "c1"], ["a"]),
            helper.make_node("Mul", ["weight", "c2"], ["b"]),
            helper.make_node("Add", ["a", "b"], ["scored_labels"]),
        ],
        "price",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 1]) for n in ("horsepower", "weight")],
        [helper.make_tensor_value_info("scored_labels", TensorProto.FLOAT, [None, 1])],
        [hundred, two],
    )
    _save(graph, folder)
    golden = (GoldenRequest(rows=(ROW,), predictions=(PREDICTED,)),)
    return write_serving(folder, **{"entry": "onnx", "signature": PRICE, "golden": golden, **fields})


def churn_folder(folder: Path, **fields: Any) -> Path:
    """A two-class model served with ONNX."""
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [
            helper.make_node("Sigmoid", ["calls"], ["yes"]),
            helper.make_node("Sub", ["one", "yes"], ["no"]),
            helper.make_node("Concat", ["no", "yes"], ["probabilities"], axis=1),
            helper.make_node("ArgMax", ["probabilities"], ["scored_labels"], axis=1, keepdims=0),
        ],
        "churn",
        [helper.make_tensor_value_info("calls", TensorProto.FLOAT, [None, 1])],
        [
            helper.make_tensor_value_info("scored_labels", TensorProto.INT64, [None]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
        ],
        [helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])],
    )
    _save(graph, folder)
    two_class = {"entry": "onnx", "signature": CHURN, "task": "two_class", "classes": ("no", "yes")}
    return write_serving(folder, **{**two_class, **fields})


def script_folder(folder: Path, source: str, **fields: Any) -> Path:
    """A deployment that answers with the given score.py."""
    (folder / "model").mkdir(parents=True, exist_ok=True)
    (folder / "score.py").write_text(source, encoding="utf-8")
    return write_serving(folder, **{"entry": "script", "script": "score.py", **fields})


def code_folder(folder: Path, files: dict[str, str], *, script: str, **fields: Any) -> Path:
    """A deployment that answers with a script of a folder of files."""
    for name, text in files.items():
        place = folder / "code" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    (folder / "model").mkdir(parents=True, exist_ok=True)
    return write_serving(folder, **{"entry": "script", "script": f"code/{script}", "code": "code", **fields})


def _save(graph: Any, folder: Path) -> None:
    import onnx
    from onnx import helper

    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "onnx" / "model.onnx")
