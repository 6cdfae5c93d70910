"""What the server answers: the usual facts by name, and everything in `raw`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Job:
    """A run. `status`: our state, such as `completed`; `outputs` by name."""

    id: str
    name: str
    number: int
    status: str
    reason: str
    display_name: str
    experiment_name: str
    metrics: dict[str, float]
    raw: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Job:
        return cls(
            id=str(row.get("id", "")),
            name=str(row.get("name") or row.get("number") or row.get("id", "")),
            number=int(row.get("number") or 0),
            status=str(row.get("state") or row.get("status") or ""),
            reason=str(row.get("reason") or ""),
            display_name=str(row.get("display_name") or ""),
            experiment_name=str(row.get("experiment_name") or row.get("experiment") or ""),
            metrics=_metrics(row.get("metrics")),
            raw=row,
        )


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A version of data, a model, an environment or a component; or an endpoint, a deployment, a schedule."""

    id: str
    name: str
    version: str
    tags: dict[str, str]
    raw: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Asset:
        version = row.get("version", row.get("latest", ""))
        if isinstance(version, dict):
            version = version.get("version", version.get("number", ""))
        return cls(
            id=str(row.get("id", "")),
            name=str(row.get("name", "")),
            version="" if version is None else str(version),
            tags=dict(row.get("tags") or {}),
            raw=row,
        )


def _metrics(given: Any) -> dict[str, float]:
    if isinstance(given, dict):
        return {str(key): value for key, value in given.items() if isinstance(value, int | float)}
    if isinstance(given, list):
        rows = [row for row in given if isinstance(row, dict) and isinstance(row.get("value"), int | float)]
        return {str(row.get("key")): row["value"] for row in rows}
    return {}
