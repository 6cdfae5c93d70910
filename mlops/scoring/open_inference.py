"""The Open Inference Protocol (v2, JSON): one tensor per column of the signature."""

from __future__ import annotations

from typing import Any

from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal
from mlops.scoring.batch import Batch, Columns
from mlops.scoring.tensor_bytes import flat
from mlops.scoring.validation import Validator

_DATATYPES = {"integer": "INT64", "decimal": "FP64", "string": "BYTES", "boolean": "BOOL", "date": "BYTES"}


def metadata(signature: Signature, *, name: str, version: str) -> dict[str, Any]:
    return {
        "name": name,
        "versions": [version],
        "platform": "mlops",
        "inputs": [_tensor_metadata(field) for field in signature.inputs],
        "outputs": [_tensor_metadata(field) for field in signature.outputs],
    }


def read_infer(body: Any, *, validator: Validator) -> tuple[Batch, dict[str, Any]]:
    """The batch, and the request without its tensors."""
    tensors = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(tensors, list) or not all(isinstance(t, dict) for t in tensors):
        raise _shape("The body has no list 'inputs' of tensors.")
    columns: Columns = {}
    for tensor in tensors:
        name, data = tensor.get("name"), tensor.get("data")
        if not isinstance(name, str) or not isinstance(data, list):
            raise _shape("A tensor lacks its 'name' or its list 'data'.")
        if name in columns:
            raise _shape(f"The tensor '{name}' is given twice.")
        columns[name] = flat(data)
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise _shape("The tensors do not have the same number of elements: each holds one column.")
    return validator.from_columns(columns, lengths.pop()), {k: v for k, v in body.items() if k != "inputs"}


def infer_answer(
    outputs: Columns, request: dict[str, Any], *, signature: Signature, name: str, version: str
) -> dict[str, Any]:
    kinds = {field.name: field for field in signature.outputs}
    wanted = [o["name"] for o in request.get("outputs") or () if isinstance(o, dict) and "name" in o] or list(outputs)
    absent = next((column for column in wanted if column not in outputs), None)
    if absent is not None:
        raise _shape(f"There is no output '{absent}'; the outputs are: {', '.join(outputs)}.")
    return {
        "model_name": name,
        "model_version": version,
        **({"id": request["id"]} if "id" in request else {}),
        "outputs": [
            {
                "name": column,
                "datatype": _DATATYPES[kinds[column].type] if column in kinds else _guessed(outputs[column]),
                "shape": [len(outputs[column]), 1],
                "data": outputs[column],
            }
            for column in wanted
        ],
    }


def _tensor_metadata(field: Field) -> dict[str, Any]:
    return {"name": field.name, "datatype": _DATATYPES[field.type], "shape": [-1, 1]}


def _guessed(values: list[Any]) -> str:
    return "BYTES" if any(isinstance(value, str) for value in values) else "FP64"


def _shape(message: str) -> Refusal:
    hint = '{"inputs": [{"name": column, "shape": [rows, 1], "datatype": "FP64", "data": [...]}, ...]}'
    return Refusal("wrong_shape", message, hint=hint, status=400)
