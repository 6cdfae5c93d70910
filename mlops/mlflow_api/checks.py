"""What MLflow's clients may send: names, lengths and counts, refused in its words."""

from __future__ import annotations

import json
import math
import posixpath
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.given import GREATEST, SEE, told, whole_number
from mlops.mlflow_api.shapes import moment
from mlops.runs.logging import Point

NAME = re.compile(r"[/\w.\- :]*")
LONGEST_KEY, LONGEST_PARAMETER, LONGEST_TAG, LONGEST_EXPERIMENT_TAG = 250, 6_000, 8_000, 20_000
MOST_METRICS, MOST_PARAMETERS, MOST_TAGS, MOST_TOGETHER = 1_000, 100, 100, 1_000
LATEST = 253_402_300_799_000
"""The last second of the year 9999, in milliseconds."""
MOST_BATCH_BYTES = 1_000_000
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def check_name(name: str, path: str) -> None:
    if is_usual(name):
        return
    if NAME.fullmatch(name) is None:
        raise invalid(
            f"{told(path, name)}: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.),"
            " spaces ( ), colon(:) and slashes (/)."
        )
    normal = posixpath.normpath(name)
    if normal != name or normal == "." or normal.startswith(("..", "/")):
        raise invalid(
            f"{told(path, name)}: Names may be treated as files in certain cases, and must not resolve to other names"
            f" when treated as such. This name would resolve to {normal!r}"
        )


@lru_cache(maxsize=10_000)
def is_usual(name: str) -> bool:
    """Batches tell the same few names thousands of times."""
    return (
        len(name) <= LONGEST_KEY
        and NAME.fullmatch(name) is not None
        and posixpath.normpath(name) == name
        and (name != "." and not name.startswith(("..", "/")))
    )


def check_length(what: str, most: int, text: str) -> None:
    if len(text) > most:
        raise invalid(f"'{what}' exceeds the maximum length of {most} characters")


def check_tags(tags: Mapping[str, str], *, path: str = "", longest: int = LONGEST_TAG) -> None:
    for index, (key, value) in enumerate(tags.items()):
        prefix = f"{path}[{index}]." if path else ""
        check_name(key, f"{prefix}key")
        check_length(f"{prefix}key", LONGEST_KEY, key)
        check_length(f"{prefix}value", longest, value)


def shortened(tags: Mapping[str, str]) -> dict[str, str]:
    """Long values are cut, as MLflow's server cuts them unless it is told not to."""
    return {key: value[:LONGEST_TAG] for key, value in tags.items()}


def check_parameters(parameters: Mapping[str, str], *, path: str = "") -> dict[str, str]:
    for index, key in enumerate(parameters):
        check_name(key, f"{path}[{index}].key" if path else "key")
        check_length("Param key", LONGEST_KEY, key)
    return {key: value[:LONGEST_PARAMETER] for key, value in parameters.items()}


def check_counts(metrics: int, parameters: int, tags: int) -> None:
    together = metrics + parameters + tags
    for what, most, count in (
        ("metrics", MOST_METRICS, metrics),
        ("params", MOST_PARAMETERS, parameters),
        ("tags", MOST_TAGS, tags),
        ("metrics, params, and tags", MOST_TOGETHER, together),
    ):
        if count > most:
            raise invalid(
                f"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up"
                f" {what} across multiple requests and try again."
            )


def point_of(fields: Mapping[str, Any], path: str = "") -> Point:
    """One metric as clients send it: key, value, timestamp (milliseconds), step."""
    prefix = f"{path}." if path else ""
    key, given = fields.get("key"), fields.get("value")
    for name in ("key", "value", "timestamp"):
        if fields.get(name) is None or fields[name] == "":
            raise invalid(f"Missing value for required parameter '{prefix}{name}'.{SEE}")
    if not isinstance(key, str):
        raise invalid(f"{told(f'{prefix}key', key)}.")
    check_name(key, f"{prefix}name")
    check_length("Metric name", LONGEST_KEY, key)
    value, timestamp = _number(given), whole_number(fields["timestamp"])
    step = whole_number(fields.get("step") or 0)
    if value is None:
        raise invalid(
            f"{told(f'{prefix}value', given)}: (timestamp={fields['timestamp']}). Please specify value as a valid"
            " double (64-bit floating point)"
        )
    at = None if timestamp is None or timestamp < 0 else moment(timestamp)
    if at is None:
        raise invalid(
            f"{told(f'{prefix}timestamp', fields['timestamp'])}: metric '{key}' (value={given}). Timestamp must be a"
            " nonnegative long (64-bit integer) "
        )
    if step is None:
        raise invalid(
            f"{told(f'{prefix}step', fields['step'])}: metric '{key}' (value={given}). Step must be a valid long"
            f" (64-bit integer, at most {GREATEST})."
        )
    return Point(key, value, step, at)


class Usual(msgspec.Struct, gc=False):
    key: str
    value: float
    timestamp: int
    step: int = 0


def usual_points(records: list[dict[str, Any]]) -> list[Point] | None:
    """All of them at once, where none is odd; None leaves it to `point_of`, which knows what is wrong."""
    try:
        return points_of(msgspec.convert(records, list[Usual]))
    except msgspec.ValidationError:
        return None


def points_of(told: Sequence[Usual]) -> list[Point] | None:
    """None where one of them is odd."""
    if not all(map(is_usual, {one.key for one in told})):
        return None
    if not all(0 <= one.timestamp <= LATEST and -GREATEST <= one.step <= GREATEST for one in told):
        return None
    at = {one: datetime.fromtimestamp(one / 1_000, UTC) for one in {one.timestamp for one in told}}
    return [Point(one.key, one.value, one.step, at[one.timestamp]) for one in told]


def check_experiment_name(name: str) -> None:
    if len(name) > 500:
        raise invalid("'name' exceeds the maximum length of 500 characters")


def page_size(given: Any, *, default: int, most: int) -> int:
    number = whole_number(default if given is None else given)
    if number is None or number < 1:
        shown = json.dumps(given, default=str)
        raise invalid(f"Invalid value {shown} for parameter 'max_results' supplied. It must be a positive integer")
    if number > most:
        raise invalid(f"Invalid value {number} for parameter 'max_results' supplied. It must be at most {most}")
    return number


def _number(given: Any) -> float | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, str):
        if given in SPECIAL:
            return SPECIAL[given]
        try:
            return float(given)
        except ValueError:
            return None
    try:
        return float(given) if isinstance(given, int | float) else None
    except OverflowError:
        return None
