"""`python -m mlops.packaging.onnx_files --file FILE --out FILE`: what an uploaded ONNX file takes and gives.

Parses a file from outside, so it runs in a child process only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.model import Field, Signature
from mlops.formats.table import ColumnType
from mlops.packaging.limits import within_limits


class OnnxDescription(msgspec.Struct, frozen=True, kw_only=True):
    """`signature` is None where an input holds more than one value a row. Shapes: -1 is any length."""

    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    opset: dict[str, int]
    producer: str
    signature: Signature | None


def describe(path: Path) -> OnnxDescription:
    import onnx

    model = onnx.load(path, load_external_data=False)
    constants = {one.name for one in model.graph.initializer}
    inputs = [_value(one) for one in model.graph.input if one.name not in constants]
    outputs = [_value(one) for one in model.graph.output]
    plain = inputs and all(one["shape"][1:] in ([], [1]) for one in [*inputs, *outputs])
    return OnnxDescription(
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        opset={one.domain or "ai.onnx": one.version for one in model.opset_import},
        producer=f"{model.producer_name} {model.producer_version}".strip(),
        signature=Signature(inputs=_fields(inputs), outputs=_fields(outputs)) if plain else None,
    )


def _value(value: Any) -> dict[str, Any]:
    import onnx

    tensor = value.type.tensor_type
    kind = onnx.TensorProto.DataType.Name(tensor.elem_type).lower()
    shape = [size.dim_value if size.HasField("dim_value") else -1 for size in tensor.shape.dim]
    return {"name": value.name, "type": kind, "shape": shape}


def _fields(values: list[dict[str, Any]]) -> tuple[Field, ...]:
    return tuple(Field(name=one["name"], type=_column_type(one["type"]), required=True) for one in values)


def _column_type(kind: str) -> ColumnType:
    if kind in ("string", "bool"):
        return "string" if kind == "string" else "boolean"
    return "integer" if "int" in kind else "decimal"


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.packaging.onnx_files")
    parser.add_argument("--file", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args()
    within_limits()
    arguments.out.write_bytes(msgspec.json.encode(describe(arguments.file)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
