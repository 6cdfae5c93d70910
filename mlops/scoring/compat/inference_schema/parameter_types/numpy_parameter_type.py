"""A numpy array by its sample: the type of its cells, and every dimension but the first."""

from __future__ import annotations

from typing import Any

from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType, fits, wrong_value
from mlops.formats.spoken import gettext as _
from mlops.scoring.children.faults import Fault

KINDS = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "U": "string", "S": "string", "M": "date-time"}
FORMATS = {"integer": {"format": "int64"}, "number": {"format": "double"}}


class NumpyParameterType(AbstractParameterType):
    def __init__(self, input_sample: Any, enforce_column_type: bool = True, enforce_shape: bool = True) -> None:
        import numpy as np

        if not isinstance(input_sample, np.ndarray):
            raise TypeError(f"NumpyParameterType takes a numpy array as sample, not a {type(input_sample).__name__}.")
        self.sample_input = input_sample
        self._kind = KINDS.get(input_sample.dtype.kind, "")
        self._typed, self._shaped = enforce_column_type, enforce_shape

    def deserialize_input(self, input_data: Any) -> Any:
        import numpy as np

        if isinstance(input_data, np.ndarray):
            return input_data
        if not isinstance(input_data, list):
            raise wrong_value(input_data, kind="a list")
        if self._shaped:
            _check_shape(input_data, self.sample_input.shape)
        if self._kind and self._typed:
            _check_cells(input_data, self._kind, ())
        try:
            return np.array(input_data, dtype=self.sample_input.dtype if self._typed else None)
        except (ValueError, TypeError, OverflowError) as error:
            raise Fault(
                "wrong_type", f"The list is no array of {self.sample_input.dtype}: {error}", status=422
            ) from error

    def input_to_swagger(self) -> dict[str, Any]:
        kind = self._kind or "string"
        schema: dict[str, Any] = {"type": kind, **FORMATS.get(kind, {})}
        if kind == "date-time":
            schema = {"type": "string", "format": "date-time"}
        for size in reversed(self.sample_input.shape):
            schema = {"type": "array", "items": schema}
            if size is not None and schema["items"]["type"] != "array" and self._shaped and self.sample_input.ndim > 1:
                schema |= {"minItems": size, "maxItems": size}
        return schema


def _check_shape(value: list[Any], shape: tuple[int, ...]) -> None:
    """Every list one level down has the sample's length; the number of rows is free."""
    for row, one in enumerate(value if len(shape) > 1 else ()):
        if not isinstance(one, list):
            raise wrong_value(one, kind=f"a list of {shape[1]} values", row=row)
        if len(one) != shape[1]:
            raise Fault(
                "wrong_width",
                f"row {row + 1} has {len(one)} values where {shape[1]} are expected.",
                hint=_("The shape is that of the sample in the script's input_schema."),
                status=422,
                where={"row": row},
            )
        _check_shape(one, shape[1:])


def _check_cells(value: list[Any], kind: str, place: tuple[int, ...]) -> None:
    for index, one in enumerate(value):
        if isinstance(one, list):
            _check_cells(one, kind, (*place, index))
        elif not fits(one, kind) and not (one is None and kind in ("number", "date-time")):
            row, *rest = (*place, index)
            raise wrong_value(one, kind=kind, row=row, column=", ".join(str(part + 1) for part in rest) or None)
