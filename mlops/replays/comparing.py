"""How two answers to one request differ, value by value, and what that adds up to over many. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from mlops.formats.replaying import (
    Difference,
    FieldSummary,
    ReplayedRequest,
    ReplayReport,
    SideSummary,
    Tolerance,
)

MOST_EXAMPLES, MOST_DIFFERENCES, SHOWN_CHARACTERS = 100, 20, 2_000
NOT_COMPARED = ("model", "deployment", "id", "model_name", "model_version")
"""Fields at the top of an answer that name who gave it."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What one side said; `status` 0 where it could not be reached."""

    status: int
    body: bytes
    seconds: float

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


class Comparison:
    """Takes pairs of answers one by one, and keeps no more than the report needs."""

    def __init__(self, *, tolerance: Tolerance) -> None:
        self._tolerance = tolerance
        self._fields: dict[str, _Field] = {}
        self._kinds: Counter[str] = Counter()
        self._examples: list[ReplayedRequest] = []
        self._seconds: tuple[list[float], list[float]] = ([], [])
        self._failed = [0, 0]
        self._requests = self._equal = 0

    def add(self, request: bytes, before: Answered, after: Answered) -> None:
        self._requests += 1
        for place, answered in enumerate((before, after)):
            self._seconds[place].append(answered.seconds)
            self._failed[place] += not answered.is_good
        found = tuple(self._compared(before, after))
        if not found:
            self._equal += 1
            return
        self._kinds[found[0].kind] += 1
        if len(self._examples) < MOST_EXAMPLES:
            shown = request[:SHOWN_CHARACTERS].decode("utf-8", errors="replace")
            example = ReplayedRequest(number=self._requests, request=shown, differences=found[:MOST_DIFFERENCES])
            self._examples.append(example)

    def report(self, *, source: str, labels: tuple[str, str]) -> ReplayReport:
        sides = [
            SideSummary(
                label=label,
                answered=self._requests - self._failed[place],
                failed=self._failed[place],
                p50_ms=_percentile(self._seconds[place], 0.5),
                p95_ms=_percentile(self._seconds[place], 0.95),
            )
            for place, label in enumerate(labels)
        ]
        fields = (field.summary(path) for path, field in self._fields.items())
        return ReplayReport(
            source=source,
            requests=self._requests,
            equal=self._equal,
            differing=self._requests - self._equal,
            sides=(sides[0], sides[1]),
            fields=tuple(sorted(fields, key=lambda one: (-one.differing, one.path))),
            kinds=dict(self._kinds),
            examples=tuple(self._examples),
            tolerance=self._tolerance,
        )

    def _compared(self, before: Answered, after: Answered) -> Iterator[Difference]:
        if before.is_good != after.is_good or (not before.is_good and before.status != after.status):
            yield Difference(path="", kind="status", before=_outcome(before), after=_outcome(after))
            return
        if not before.is_good:
            return
        first, second = _value(before.body), _value(after.body)
        if isinstance(first, dict) and isinstance(second, dict):
            first, second = _without_names(first), _without_names(second)
        for path, kind, a, b in differences(first, second):
            field = self._fields.setdefault(_anywhere(path), _Field())
            difference = self._judged(path, kind, a, b)
            field.add(a, b, difference)
            if difference is not None:
                yield difference

    def _judged(self, path: str, kind: str, a: Any, b: Any) -> Difference | None:
        if kind == "number":
            size = abs(b - a)
            near = size <= self._tolerance.absolute + self._tolerance.relative * abs(a)
            both = math.isnan(a) and math.isnan(b)
            return None if near or both else Difference(path=path, kind="number", before=a, after=b, size=size)
        if kind == "label" and a == b:
            return None
        return Difference(path=path, kind=kind, before=a, after=b)  # type: ignore[arg-type]


def differences(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, str, Any, Any]]:
    """Every pair of leaves with its path and kind; leaves that are equal labels or numbers come along."""
    if isinstance(a, dict) and isinstance(b, dict):
        for name in dict.fromkeys((*a, *b)):
            inner = f"{path}.{name}" if path else str(name)
            if name in a and name in b:
                yield from differences(a[name], b[name], inner)
            else:
                yield inner, "missing", a.get(name), b.get(name)
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            yield path, "shape", f"{len(a)} values", f"{len(b)} values"
        for place, (one, other) in enumerate(zip(a, b, strict=False)):
            yield from differences(one, other, f"{path}[{place}]")
    elif _is_number(a) and _is_number(b):
        yield path, "number", a, b
    elif isinstance(a, bytes) or isinstance(b, bytes):
        if a != b:
            yield path, "text", _shown(a), _shown(b)
    elif isinstance(a, dict | list) or isinstance(b, dict | list) or _is_number(a) != _is_number(b):
        yield path, "shape", a, b
    else:
        yield path, "label", a, b


class _Field:
    def __init__(self) -> None:
        self.compared = self.differing = self.labels = self.numbers = 0
        self.sum = self.sizes = self.most = 0.0

    def add(self, a: Any, b: Any, difference: Difference | None) -> None:
        self.compared += 1
        self.differing += difference is not None
        self.labels += difference is not None and difference.kind == "label"
        if _is_number(a) and _is_number(b) and math.isfinite(b - a):
            self.numbers += 1
            self.sum += b - a
            self.sizes += abs(b - a)
            self.most = max(self.most, abs(b - a))

    def summary(self, path: str) -> FieldSummary:
        has_numbers = self.numbers > 0
        return FieldSummary(
            path=path,
            compared=self.compared,
            differing=self.differing,
            label_changes=self.labels,
            mean_change=self.sum / self.numbers if has_numbers else None,
            mean_size=self.sizes / self.numbers if has_numbers else None,
            most=self.most if has_numbers else None,
        )


def _value(body: bytes) -> Any:
    """The JSON value; the bytes themselves where it is none."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body


def _without_names(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in NOT_COMPARED}


def _anywhere(path: str) -> str:
    return "".join("[]" if part.endswith("]") else part for part in _parts(path))


def _parts(path: str) -> Iterator[str]:
    rest = path
    while rest:
        opening = rest.find("[")
        closing = rest.find("]", opening)
        if opening < 0 or closing < 0 or not rest[opening + 1 : closing].isdecimal():
            yield rest
            return
        yield rest[:opening]
        yield rest[opening : closing + 1]
        rest = rest[closing + 1 :]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _outcome(answered: Answered) -> str:
    if not answered.status:
        return answered.body.decode("utf-8", errors="replace")[:SHOWN_CHARACTERS]
    value = _value(answered.body)
    detail = value.get("detail") if isinstance(value, dict) else None
    return f"{answered.status}{f': {detail}' if detail else ''}"


def _shown(value: Any) -> Any:
    return value[:SHOWN_CHARACTERS].decode("utf-8", errors="replace") if isinstance(value, bytes) else value


def _percentile(seconds: list[float], share: float) -> float | None:
    if not seconds:
        return None
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
