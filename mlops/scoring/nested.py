"""Nested lists as tensors: shape and every value are checked, and a fault names row and column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.tensor import Tensor
from mlops.scoring.validation import EXPECTED

KINDS = {"b": "boolean", "i": "integer", "u": "integer", "f": "decimal", "M": "date"}
FITTING = {"b": "b", "i": "iu", "u": "iu", "f": "iuf"}


def array_of(tensor: Tensor, value: Any) -> Any:
    """A numpy array of the tensor's type. Raises Refusal `wrong_shape` or `wrong_type`."""
    import numpy as np

    if not isinstance(value, list):
        raise _shape(f"{_called(tensor)} is not a list.", tensor)
    _check_shape(value, tensor.shape, tensor, ())
    if tensor.type == "string":
        _check_cells(value, "string", ())
        return np.array(value, dtype=object)
    dtype = np.dtype("datetime64[us]" if tensor.type == "datetime64" else tensor.type)
    found = np.asarray(value) if _is_plain(value) else None
    if found is None or found.dtype.kind not in FITTING.get(dtype.kind, ""):
        _check_cells(value, KINDS[dtype.kind], ())
        found = np.array(_filled(value), dtype=dtype)
    if dtype.kind in "iu" and found.size:
        limits = np.iinfo(dtype)
        if found.min() < limits.min or found.max() > limits.max:
            place = np.argwhere((found < limits.min) | (found > limits.max))[0]
            raise _wrong(found[tuple(place)].item(), f"a whole number of {tensor.type}", tuple(int(i) for i in place))
    return found.astype(dtype)


def reshaped(tensor: Tensor, data: Any, shape: Any) -> Any:
    """A flat list, or one that is nested already, in the shape that the request states."""
    if not isinstance(shape, list) or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise _shape(f"{_called(tensor)} has no shape of whole numbers.", tensor)
    flat = list(_flat(data))
    size = 1
    for one in shape:
        size *= one
    if size != len(flat):
        raise _shape(f"{_called(tensor)} has {len(flat)} elements where the shape {shape} needs {size}.", tensor)
    return _nested(flat, shape)


def _is_plain(value: list[Any]) -> bool:
    """Whether numpy may read it by itself: ragged lists and null would make it guess."""
    return all(one is not None and type(one) is not str for one in _flat(value))


def _check_shape(value: Any, shape: tuple[int, ...] | None, tensor: Tensor, place: tuple[int, ...]) -> None:
    if shape is None:
        return
    where = _place(place)
    if not shape:
        if isinstance(value, list):
            raise _shape(f"{where}: a single value is expected, got a list.", tensor, place)
        return
    if not isinstance(value, list):
        raise _shape(f"{where or _called(tensor)}: a list is expected, got {value!r}.", tensor, place)
    if shape[0] != -1 and len(value) != shape[0]:
        raise _shape(
            f"{where or _called(tensor)} has {len(value)} values where {shape[0]} are expected.", tensor, place
        )
    for index, one in enumerate(value):
        _check_shape(one, shape[1:], tensor, (*place, index))


def _check_cells(value: Any, kind: str, place: tuple[int, ...]) -> None:
    if isinstance(value, list):
        for index, one in enumerate(value):
            _check_cells(one, kind, (*place, index))
    elif not _fits(value, kind):
        raise _wrong(value, EXPECTED[kind], place)


def _fits(value: Any, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("string", "date"):
        return isinstance(value, str)
    if kind == "decimal":
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(one) for one in value]
    return float("nan") if value is None else value


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _flat(one)
    else:
        yield value


def _nested(flat: list[Any], shape: list[int]) -> Any:
    if len(shape) <= 1:
        return flat if shape else flat[0]
    width = len(flat) // shape[0] if shape[0] else 0
    return [_nested(flat[place * width : (place + 1) * width], shape[1:]) for place in range(shape[0])]


def _called(tensor: Tensor) -> str:
    return f"The input '{tensor.name}'" if tensor.name else "The input"


def _place(place: tuple[int, ...]) -> str:
    if not place:
        return ""
    column = f", column {', '.join(str(one + 1) for one in place[1:])}" if len(place) > 1 else ""
    return f"row {place[0] + 1}{column}"


def _where(place: tuple[int, ...], value: str | None = None) -> Where:
    column = ", ".join(str(one + 1) for one in place[1:]) or None
    return Where(row=place[0] if place else None, column=column, value=value)


def _wrong(value: Any, expected: str, place: tuple[int, ...]) -> Refusal:
    shown = "null" if value is None else repr(value)[:60]
    message = f"{_place(place)}: expected {expected}, got {shown}."
    return Refusal("wrong_type", message, status=422, where=_where(place, shown))


def _shape(message: str, tensor: Tensor, place: tuple[int, ...] = ()) -> Refusal:
    sizes = "any shape" if tensor.shape is None else str(["any" if one == -1 else one for one in tensor.shape])
    hint = _("%(called)s is %(type)s of the shape %(sizes)s; the first dimension counts rows.") % {
        "called": _called(tensor),
        "type": tensor.type,
        "sizes": sizes,
    }
    return Refusal("wrong_shape", message, hint=hint, status=422, where=_where(place))
