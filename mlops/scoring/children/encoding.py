"""JSON of what models and scripts give: numpy, pandas, dates, sets; a number that is none becomes null.

msgspec does it where the Python has it; the standard library does the same, slower, where it does not."""

from __future__ import annotations

import base64
import dataclasses
import json
import math
from typing import Any

try:
    import msgspec
except ImportError:  # a model's own environment
    msgspec = None  # type: ignore[assignment]


def encode(value: Any) -> bytes:
    """Raises TypeError for what has no form in JSON."""
    if msgspec is not None:
        return msgspec.json.encode(value, enc_hook=plain)
    return json.dumps(_clean(value), default=plain, separators=(",", ":"), allow_nan=False).encode()


def decode(raw: bytes) -> Any:
    return msgspec.json.decode(raw) if msgspec is not None else json.loads(raw)


def plain(value: Any) -> Any:
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return value.to_dict(orient="records")
    if hasattr(value, "to_dicts"):
        return value.to_dicts()
    for name in ("tolist", "to_list", "isoformat"):
        if hasattr(value, name):
            return getattr(value, name)()
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"a value of the type {type(value).__name__}")


def _clean(value: Any) -> Any:
    """What `json` alone cannot do or does otherwise than msgspec."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, dict):
        return {str(key): _clean(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(one) for one in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _clean(dataclasses.asdict(value))
    return _clean(plain(value))
