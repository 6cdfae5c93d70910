"""Tensors as bytes, as the Open Inference Protocol and Triton lay them out: little-endian, row by row."""

from __future__ import annotations

import struct
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

NUMPY = {
    "BOOL": "?", "UINT8": "u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8", "INT8": "i1", "INT16": "<i2",
    "INT32": "<i4", "INT64": "<i8", "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
}  # fmt: skip
"""Datatypes of fixed size; BYTES is a length of four bytes before each text."""


def decoded(name: str, datatype: str, content: bytes) -> list[Any]:
    """The values in order. Raises Refusal `wrong_tensor`."""
    if datatype == "BYTES":
        return _texts(name, content)
    if datatype not in NUMPY:
        hint = _("Use one of %(names)s.") % {"names": ", ".join((*NUMPY, "BYTES"))}
        raise Refusal(
            "wrong_tensor",
            _("The tensor '%(name)s' has the datatype '%(datatype)s'.") % {"name": name, "datatype": datatype},
            hint=hint,
        )
    import numpy as np

    kind = np.dtype(NUMPY[datatype])
    if len(content) % kind.itemsize:
        message = _("The tensor '%(name)s' has %(count)s bytes, which are no whole number of %(datatype)s values.") % {
            "name": name,
            "count": f"{len(content):,}",
            "datatype": datatype,
        }
        raise Refusal(
            "wrong_tensor", message, hint=_("One value takes %(itemsize)s bytes.") % {"itemsize": kind.itemsize}
        )
    values: list[Any] = np.frombuffer(content, dtype=kind).tolist()
    return values


def encoded(datatype: str, values: list[Any]) -> tuple[str, bytes]:
    """The bytes, and the datatype that they have: whole numbers and truths with gaps become FP64, a gap is NaN."""
    if datatype == "BYTES":
        texts = ["" if value is None else str(value) for value in values]
        return datatype, b"".join(struct.pack("<I", len(text)) + text for text in (one.encode() for one in texts))
    import numpy as np

    if None in values:
        values = [float("nan") if value is None else float(value) for value in values]
        datatype = datatype if datatype.startswith("FP") else "FP64"
    return datatype, np.array(values, dtype=NUMPY[datatype]).tobytes()


def flat(data: Any) -> list[Any]:
    """The values of nested lists, in order."""
    if not isinstance(data, list):
        return [data]
    if not any(isinstance(value, list) for value in data):
        return data
    return [value for part in data for value in flat(part)]


def _texts(name: str, content: bytes) -> list[str]:
    texts, place = [], 0
    try:
        while place < len(content):
            (size,) = struct.unpack_from("<I", content, place)
            if place + 4 + size > len(content):
                raise ValueError("a text is cut off")
            texts.append(content[place + 4 : place + 4 + size].decode())
            place += 4 + size
    except (struct.error, ValueError) as error:
        message = _("The tensor '%(name)s' is not a row of texts: %(error)s.") % {"name": name, "error": error}
        raise Refusal(
            "wrong_tensor", message, hint=_("Each is UTF-8, with its length in four bytes before it.")
        ) from None
    return texts
