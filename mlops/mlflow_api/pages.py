"""Pages of long answers: a token says where the next one begins, and for which question it holds."""

from __future__ import annotations

import base64
import binascii

import msgspec

from mlops.mlflow_api.faults import invalid


class Place(msgspec.Struct, frozen=True):
    offset: int


def token_at(offset: int) -> str:
    return base64.b64encode(msgspec.json.encode(Place(offset))).decode()


def offset_of(token: str) -> int:
    if not token:
        return 0
    try:
        place = msgspec.json.decode(base64.b64decode(token, validate=True), type=Place)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise invalid("Invalid page token, could not base64-decode") from None
    if place.offset < 0:
        raise invalid("Invalid page token, offset is negative")
    return place.offset
