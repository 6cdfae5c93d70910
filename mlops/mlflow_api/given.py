"""The fields of a request, asked for one by one: what is missing or of a wrong type is told in MLflow's words."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import parse_qs

import msgspec
from django.http import HttpRequest

from mlops.formats.plain_text import require_plain
from mlops.mlflow_api.faults import invalid

SEE = " See the API docs for more information about request parameters."
GREATEST = 2**63 - 1
MOST_FIELDS = 2_000
READING = ("GET", "HEAD")
MOST_TEXTS, MOST_RECORDS = 20_000, 10_000
"""In one list of a request. What a database takes in one question is more than that."""


class Given:
    """A JSON body, or a query where there is no body."""

    def __init__(self, fields: dict[str, Any], *, query: bool = False) -> None:
        self.fields = fields
        self._query = query

    def has(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def text(self, name: str, *, required: bool = False, default: str = "") -> str:
        value = self._value(name)
        if value is None or value == "":
            if required:
                raise invalid(f"Missing value for required parameter '{name}'.{SEE}")
            return default
        if not isinstance(value, str):
            raise wrong(name, value)
        return value

    def whole(self, name: str, *, required: bool = False, default: int = 0) -> int:
        value = self._value(name)
        if value is None or value == "":
            if required:
                raise invalid(f"Missing value for required parameter '{name}'.{SEE}")
            return default
        number = whole_number(value)
        if number is None:
            raise wrong(name, value)
        return number

    def word(self, name: str) -> str:
        """Required; a text or a number, as text."""
        value = self._value(name)
        return self.text(name, required=True) if isinstance(value, str) else str(self.whole(name, required=True))

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._value(name)
        if isinstance(value, str) and self._query:
            if value.lower() not in ("true", "false"):
                raise invalid(f"Invalid boolean value: {value}, must be 'true' or 'false'.")
            return value.lower() == "true"
        if value is None:
            return default
        if not isinstance(value, bool):
            raise wrong(name, value)
        return value

    def items(self, name: str, *, required: bool = False) -> list[Any]:
        value = self.fields.get(name)
        if value is None:
            if required:
                raise invalid(f"Missing value for required parameter '{name}'.{SEE}")
            return []
        if not isinstance(value, list):
            raise wrong(name, value)
        return value

    def texts(self, name: str, *, most: int = MOST_TEXTS) -> list[str]:
        values = self.items(name)
        check_count(name, len(values), most)
        if not all(isinstance(value, str) for value in values):
            raise wrong(name, values)
        return values

    def records(self, name: str, *, required: bool = False, most: int = MOST_RECORDS) -> list[dict[str, Any]]:
        values = self.items(name, required=required)
        check_count(name, len(values), most)
        if not all(isinstance(value, dict) for value in values):
            raise wrong(name, values)
        return values

    def record(self, name: str) -> dict[str, Any]:
        value = self.fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise wrong(name, value)
        return value

    def pairs(self, name: str) -> dict[str, str]:
        """A list of {"key", "value"}; of equal keys the last one counts."""
        found = {}
        for index, record in enumerate(self.records(name)):
            key, value = record.get("key"), record.get("value")
            if key is None or key == "":
                raise invalid(f"Missing value for required parameter '{name}[{index}].key'.{SEE}")
            if not isinstance(key, str):
                raise wrong(f"{name}[{index}].key", key)
            found[key] = "" if value is None else value if isinstance(value, str) else str(value)
        return found

    def _value(self, name: str) -> Any:
        value = self.fields.get(name)
        return value[0] if self._query and isinstance(value, list) and value else value


def of_request(request: HttpRequest) -> Given:
    query = request.META.get("QUERY_STRING", "")
    if request.method in READING or (request.method == "DELETE" and query):
        try:
            found = parse_qs(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise invalid(f"The query cannot be read: {error}.") from error
        require_plain(found)
        return Given(dict(found), query=True)
    _check_type(request)
    return Given(decoded(request.body))


def whole_number(value: Any) -> int | None:
    """64-bit numbers come as numbers or as texts."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value == int(value) else None
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:
            return None
    return value if isinstance(value, int) and abs(value) <= GREATEST else None


def check_count(name: str, count: int, most: int) -> None:
    if count > most:
        raise invalid(f"At most {most} values can be given for '{name}'. Got {count}.")


def wrong(name: str, value: Any) -> Exception:
    return invalid(f"{told(name, value)}:  Hint: Value was of type '{type(value).__name__}'.{SEE}")


def told(name: str, value: Any) -> str:
    shown = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return f"Invalid value {shown[:2_000]} for parameter '{name}' supplied"


def _check_type(request: HttpRequest) -> None:
    given = request.content_type
    if request.method == "DELETE" and not request.body:
        return
    if not given:
        raise invalid("Bad Request. Content-Type header is missing.")
    if given != "application/json":
        raise invalid("Bad Request. Content-Type must be one of ['application/json'].")


def decoded(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        found = _with_special_numbers(body)
    if isinstance(found, str):  # old clients encode twice
        found = _with_special_numbers(found.encode())
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise invalid("The body must be a JSON object.")
    if b"\\u" in body:  # which alone writes such signs
        require_plain(found)
    return found


def _with_special_numbers(body: bytes) -> Any:
    """NaN and Infinity, which Python's clients write as such."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise invalid(f"The body cannot be read as JSON: {error}.") from error
