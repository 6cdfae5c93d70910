"""Tensors of a model's requests and answers, for models that take no columns."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

DataType = Literal[
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "string", "datetime64",
]  # fmt: skip


class Tensor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`shape`: -1 is a dimension of any size; the first one counts rows. None: any shape."""

    name: str = ""
    type: DataType
    shape: tuple[int, ...] | None = None


class TensorSignature(msgspec.Struct, frozen=True, kw_only=True):
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...] = ()


class CallParameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value beside the rows that a call may set, such as a threshold."""

    name: str
    type: str
    """As MLflow names it: double, long, string, boolean, …"""
    default: Any = None
    is_list: bool = False
