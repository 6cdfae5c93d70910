"""Passes the bytes of an array that joblib wrote into the middle of a pickle, as its reader does."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from mlops.scans.reading.machine import Broken, Made
from mlops.scans.reading.source import Source

KIND = re.compile(r"[<>|=]?([?bBiufcmMSaUVO])(\d*)")
ALIASES = {"?": 1, "b": 1, "B": 1}
HOLDS_OBJECTS = 1
"""Bit of a dtype's flags, in the eighth place of its state."""


def pass_array(source: Source, wrapper: Made, *, objects: Callable[[], None]) -> None:
    """`objects` reads the pickle that stands in place of the bytes where the array holds objects."""
    state = wrapper.state if isinstance(wrapper.state, dict) else {}
    size = _item_bytes(state.get("dtype"))
    shape = state.get("shape")
    if not isinstance(shape, tuple) or not all(isinstance(one, int) and one >= 0 for one in shape):
        raise Broken
    if size is None:
        objects()
        return
    if isinstance(state.get("numpy_array_alignment_bytes"), int):
        source.skip(source.read(1)[0])
    source.skip(size * math.prod(shape))


def _item_bytes(dtype: Any) -> int | None:
    """None for one that holds objects."""
    if not isinstance(dtype, Made) or not isinstance(dtype.arguments, tuple) or not dtype.arguments:
        raise Broken
    told = KIND.fullmatch(dtype.arguments[0]) if isinstance(dtype.arguments[0], str) else None
    if told is None:
        raise Broken
    kind, digits = told.groups()
    state = dtype.state
    flags = state[7] if isinstance(state, tuple) and len(state) > 7 else 0
    if kind == "O" or (isinstance(flags, int) and flags & HOLDS_OBJECTS):
        return None
    size = int(digits) if digits else ALIASES.get(kind, 0)
    if kind == "V" and isinstance(state, tuple) and len(state) > 5 and isinstance(state[5], int) and state[5] > 0:
        size = state[5]
    return size * 4 if kind == "U" else size
