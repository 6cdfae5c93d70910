"""What is said of traces, as stores tell it: rows of a tracking database, or the facts that servers and file stores
write. What cannot be read counts as not said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mlops.mlflow_stores.times import millis
from mlops.mlflow_stores.values import Assessment

FEEDBACK, EXPECTATION = "feedback", "expectation"


def assessments_in(rows: Iterable[Mapping[str, Any]]) -> tuple[Assessment, ...]:
    return _in_order(_in_row(row) for row in rows)


def assessments_told(told: object) -> tuple[Assessment, ...]:
    """`told`: a list of them in the JSON of the protocol."""
    return _in_order(_told(one) for one in told if isinstance(one, Mapping)) if isinstance(told, list | tuple) else ()


def row_of(one: Assessment, trace: str) -> tuple[object, ...]:
    """As `COLUMNS` name it."""
    error = json.dumps(one.error) if one.error else None
    metadata = json.dumps(one.metadata) if one.metadata else None
    about = one.source_kind, one.source, one.span, one.rationale, one.overrides, one.is_valid, metadata
    return one.id, trace, one.name, one.kind, json.dumps(one.value), error, one.created, one.changed, *about


COLUMNS = """assessment_id, trace_id, name, assessment_type, value, error, created_timestamp, last_updated_timestamp,
  source_type, source_id, span_id, rationale, overrides, valid, assessment_metadata"""


def _in_order(found: Iterable[Assessment | None]) -> tuple[Assessment, ...]:
    return tuple(sorted((one for one in found if one), key=lambda one: (one.created, one.id)))


def _in_row(row: Mapping[str, Any]) -> Assessment | None:
    if row.get("assessment_type") not in (FEEDBACK, EXPECTATION):
        return None
    try:
        value, error = json.loads(row["value"]), json.loads(row.get("error") or "null")
        metadata = json.loads(row.get("assessment_metadata") or "null")
    except (ValueError, TypeError, RecursionError):
        return None
    return Assessment(
        id=str(row["assessment_id"]),
        kind=row["assessment_type"],
        name=str(row["name"]),
        value=value,
        error=error if isinstance(error, dict) else None,
        source_kind=str(row.get("source_type") or ""),
        source=str(row.get("source_id") or ""),
        rationale=str(row.get("rationale") or ""),
        metadata=_texts(metadata),
        span=str(row.get("span_id") or ""),
        overrides=str(row.get("overrides") or ""),
        is_valid=bool(row.get("valid", True)),
        created=int(row.get("created_timestamp") or 0),
        changed=int(row.get("last_updated_timestamp") or 0),
    )


def _told(told: Mapping[str, Any]) -> Assessment | None:
    kind = next((one for one in (FEEDBACK, EXPECTATION) if isinstance(told.get(one), Mapping)), None)
    if kind is None or not told.get("assessment_id"):
        return None
    by = told.get("source")
    source: Mapping[str, Any] = by if isinstance(by, Mapping) else {}
    error = told[kind].get("error") or told.get("error")
    try:
        return Assessment(
            id=str(told["assessment_id"]),
            kind=kind,
            name=str(told.get("assessment_name") or ""),
            value=_value(told[kind]),
            error=dict(error) if isinstance(error, Mapping) else None,
            source_kind=str(source.get("source_type") or ""),
            source=str(source.get("source_id") or ""),
            rationale=str(told.get("rationale") or ""),
            metadata=_texts(told.get("metadata")),
            span=str(told.get("span_id") or ""),
            overrides=str(told.get("overrides") or ""),
            is_valid=bool(told.get("valid", True)),
            created=_time(told.get("create_time")),
            changed=_time(told.get("last_update_time")),
        )
    except (ValueError, TypeError, RecursionError):
        return None


def _value(told: Mapping[str, Any]) -> Any:
    serialized = told.get("serialized_value")
    return json.loads(serialized["value"]) if isinstance(serialized, Mapping) else told.get("value")


def _texts(told: object) -> dict[str, str]:
    pairs = told.items() if isinstance(told, Mapping) else ()
    return {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in pairs}


def _time(told: object) -> int:
    return millis(told) if isinstance(told, str) else 0
