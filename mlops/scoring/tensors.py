"""Tensors in requests and answers: by name or alone, as nested lists, and in the Open Inference Protocol's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _
from mlops.formats.tensor import DataType, Tensor, TensorSignature
from mlops.scoring.nested import array_of, reshaped

DATATYPES: dict[DataType, str] = {
    "bool": "BOOL", "int8": "INT8", "int16": "INT16", "int32": "INT32", "int64": "INT64", "uint8": "UINT8",
    "uint16": "UINT16", "uint32": "UINT32", "uint64": "UINT64", "float16": "FP16", "float32": "FP32",
    "float64": "FP64", "string": "BYTES", "datetime64": "BYTES",
}  # fmt: skip
_HINT = '{"inputs": [{"name": ..., "shape": [...], "datatype": "FP32", "data": [...]}]}'


def read_tensors(value: Any, signature: TensorSignature) -> dict[str, Any]:
    """Checked nested lists by name: the value is one input's, or an object of them."""
    if len(signature.inputs) == 1 and not isinstance(value, dict):
        only = signature.inputs[0]
        return {only.name: _checked(only, value)}
    if not isinstance(value, dict):
        names = ", ".join(one.name for one in signature.inputs)
        raise Refusal(
            "wrong_shape",
            _("The model has several inputs: %(names)s.") % {"names": names},
            hint="Send {name: values}.",
            status=422,
        )
    return _by_name(value, signature)


def read_infer_tensors(body: Any, signature: TensorSignature | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Nested lists by name, and the request without its tensors."""
    given = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise Refusal("wrong_shape", _("The body has no list 'inputs' of tensors."), hint=_HINT)
    values: dict[str, Any] = {}
    for one in given:
        name = one.get("name")
        if not isinstance(name, str) or not isinstance(one.get("data"), list):
            raise Refusal("wrong_shape", _("A tensor lacks its 'name' or its list 'data'."), hint=_HINT)
        values[name] = reshaped(Tensor(name=name, type="float64"), one["data"], one.get("shape"))
    request = {key: value for key, value in body.items() if key != "inputs"}
    if signature is None:
        return values, request
    if len(signature.inputs) == 1 and len(values) == 1 and not signature.inputs[0].name:
        return {"": _checked(signature.inputs[0], next(iter(values.values())))}, request
    return _by_name(values, signature), request


def infer_outputs(value: Any, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Predictions as tensors: a list of objects by their fields, all else under the name `predictions`."""
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        columns = {name: [row.get(name) for row in value] for name in value[0]}
    elif isinstance(value, dict):
        columns = value
    else:
        columns = {"predictions": value}
    wanted = [one["name"] for one in request.get("outputs") or () if isinstance(one, dict) and "name" in one]
    absent = next((name for name in wanted if name not in columns), None)
    if absent is not None:
        hint = nearest(absent, columns) or (_("The outputs are: %(names)s.") % {"names": ", ".join(columns)})
        raise Refusal("unknown_output", _("There is no output '%(absent)s'.") % {"absent": absent}, hint=hint)
    return [_output(name, columns[name]) for name in wanted or columns]


def tensor_metadata(signature: TensorSignature | None, *, name: str, version: str) -> dict[str, Any]:
    inputs = signature.inputs if signature else ()
    outputs = signature.outputs if signature else ()
    return {
        "name": name,
        "versions": [version],
        "platform": "mlops",
        "inputs": [_described(one, "input") for one in inputs],
        "outputs": [_described(one, "predictions") for one in outputs],
    }


def tensor_schema(signature: TensorSignature) -> dict[str, Any]:
    """Of the body of POST /score."""
    schemas = {one.name: _schema(one) for one in signature.inputs}
    data = next(iter(schemas.values())) if len(schemas) == 1 else {"type": "object", "properties": schemas}
    return {"type": "object", "required": ["data"], "properties": {"data": data}}


def _checked(tensor: Tensor, value: Any) -> Any:
    """NaN travels as null."""
    return _plain(array_of(tensor, value).tolist()) if tensor.type != "string" else _string(tensor, value)


def _string(tensor: Tensor, value: Any) -> Any:
    array_of(tensor, value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _by_name(values: Mapping[str, Any], signature: TensorSignature) -> dict[str, Any]:
    names = {one.name: one for one in signature.inputs}
    for name in values:
        if name not in names:
            hint = nearest(name, names) or (_("Its inputs are: %(names)s.") % {"names": ", ".join(names)})
            raise Refusal(
                "unknown_input", _("The model has no input '%(name)s'.") % {"name": name}, hint=hint, status=422
            )
    for name in names:
        if name not in values:
            hint = _("Its inputs are: %(names)s.") % {"names": ", ".join(names)}
            raise Refusal(
                "missing_input", _("The input '%(name)s' is missing.") % {"name": name}, hint=hint, status=422
            )
    return {name: _checked(tensor, values[name]) for name, tensor in names.items()}


def _output(name: str, value: Any) -> dict[str, Any]:
    shape: list[int] = []
    inner = value
    while isinstance(inner, list):
        shape.append(len(inner))
        inner = inner[0] if inner else None
    flat = list(_flat(value))
    return {"name": name, "datatype": _guessed(flat), "shape": shape or [1], "data": flat}


def _flat(value: Any) -> Any:
    if isinstance(value, list):
        for one in value:
            yield from _flat(one)
    else:
        yield value


def _guessed(values: list[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool} and kinds:
        return "BOOL"
    if kinds <= {int} and kinds:
        return "INT64"
    return "FP64" if kinds <= {int, float} else "BYTES"


def _described(tensor: Tensor, name: str) -> dict[str, Any]:
    shape = list(tensor.shape) if tensor.shape is not None else [-1]
    return {"name": tensor.name or name, "datatype": DATATYPES[tensor.type], "shape": shape}


def _schema(tensor: Tensor) -> dict[str, Any]:
    kinds = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
    schema: dict[str, Any] = {"type": kinds.get(tensor.type[0], "string")}
    for size in reversed(tensor.shape if tensor.shape is not None else (-1,)):
        bounds = {} if size == -1 else {"minItems": size, "maxItems": size}
        schema = {"type": "array", "items": schema, **bounds}
    return schema
