"""Pages of long answers: a token says where the next one begins, and for which question it holds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.given import SEE, Given, told

GREATEST_OFFSET = 2**40


def page_of(given: Given, *, default: int, most: int) -> tuple[int, int]:
    """How many are asked for, and from which on."""
    count = given.whole("max_results") if given.has("max_results") else default
    if count < 1:
        raise invalid(f"Invalid value {count} for parameter 'max_results' supplied. It must be a positive integer")
    if count > most:
        raise invalid(f"{told('max_results', count)}. It must be at most {most}.{SEE}")
    return count, offset_of(given.text("page_token"))


def next_page(page: Sequence[Any], start: int, most: int) -> dict[str, str]:
    """`page`: with one more than fits, where there is one."""
    return {"next_page_token": token_at(start + most)} if len(page) > most else {}


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
    if place.offset > GREATEST_OFFSET:
        raise invalid("Invalid page token, offset is too large")
    return place.offset
