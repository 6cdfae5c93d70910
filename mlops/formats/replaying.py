"""A replay: the same requests asked of two servers, and how their answers differ."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Kind = Literal["status", "missing", "label", "number", "shape", "text"]
"""status: one refused; missing: a field that only one gave; label: another class or text; number: beyond the
tolerance; shape: lists of different lengths or other types; text: answers that are no JSON."""


class Tolerance(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers a and b agree where |a - b| <= absolute + relative * |a|, a being the first server's."""

    absolute: float = 1e-6
    relative: float = 1e-4


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One value that differs. `path` such as `predictions[0].Scored Labels`; `size` of numbers is |a - b|."""

    path: str
    kind: Kind
    before: Any = None
    after: Any = None
    size: float | None = None


class ReplayedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose answers differ. `request` is its body, cut at a length."""

    number: int
    """From 1, in the order of the requests."""
    request: str
    differences: tuple[Difference, ...]


class FieldSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One output over all requests. `path` with `[]` for any place in a list."""

    path: str
    compared: int
    differing: int
    label_changes: int = 0
    mean_change: float | None = None
    """Mean of b - a, of numbers."""
    mean_size: float | None = None
    most: float | None = None
    """The largest |a - b|."""


class SideSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds are of the requests of this replay, one after the other."""

    label: str
    answered: int
    failed: int
    p50_ms: float | None = None
    p95_ms: float | None = None


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    requests: int
    equal: int
    differing: int
    sides: tuple[SideSummary, SideSummary]
    fields: tuple[FieldSummary, ...]
    """Those that differ most often first."""
    kinds: dict[str, int]
    """Requests by the kind of their first difference."""
    examples: tuple[ReplayedRequest, ...]
    """At most 100."""
    tolerance: Tolerance
