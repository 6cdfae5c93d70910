"""Plain Python values by their sample: numbers, texts, dates, lists, objects, and other ParameterTypes inside them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType, fits, wrong_value


class StandardPythonParameterType(AbstractParameterType):
    def __init__(self, sample_input: Any) -> None:
        self.sample_input = sample_input

    def deserialize_input(self, input_data: Any) -> Any:
        return _read(self.sample_input, input_data, None, None)

    def input_to_swagger(self) -> dict[str, Any]:
        return _schema(self.sample_input)


def _read(sample: Any, value: Any, row: int | None, column: str | None) -> Any:
    if isinstance(sample, AbstractParameterType):
        return sample.deserialize_input(value)
    if isinstance(sample, dict):
        if not isinstance(value, dict):
            raise wrong_value(value, kind="an object", row=row, column=column)
        return {name: _read(sample[name], one, row, name) if name in sample else one for name, one in value.items()}
    if isinstance(sample, (list, tuple)):
        if not isinstance(value, list):
            raise wrong_value(value, kind="a list", row=row, column=column)
        if not sample:
            return value
        if row is None:
            return [_read(sample[0], one, place, column) for place, one in enumerate(value)]
        return [_read(sample[0], one, row, column or str(place + 1)) for place, one in enumerate(value)]
    kind = _kind(sample)
    if kind and not fits(value, kind):
        raise wrong_value(value, kind=kind, row=row, column=column)
    if kind == "date-time":
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise wrong_value(value, kind=kind, row=row, column=column) from error
        return moment if isinstance(sample, datetime) else moment.date()
    return value


def _kind(sample: Any) -> str:
    for types, kind in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (date, "date-time")):
        if isinstance(sample, types):
            return kind
    return ""


def _schema(sample: Any) -> dict[str, Any]:
    if isinstance(sample, AbstractParameterType):
        return sample.input_to_swagger()
    if isinstance(sample, dict):
        properties = {str(name): _schema(one) for name, one in sample.items()}
        return {"type": "object", "required": list(properties), "properties": properties}
    if isinstance(sample, (list, tuple)):
        return {"type": "array", "items": _schema(sample[0]) if sample else {}}
    kind = _kind(sample)
    if kind == "date-time":
        return {"type": "string", "format": "date-time" if isinstance(sample, datetime) else "date"}
    formats = {"integer": {"format": "int64"}, "number": {"format": "double"}}
    return {"type": kind, **formats.get(kind, {})} if kind else {}
