"""Traces as stores tell them: rows of a tracking database, or the facts that servers and file stores write.

Earlier releases keep the spans in files, later ones in a table of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from mlops.mlflow_stores.assessing import assessments_in, assessments_told
from mlops.mlflow_stores.times import millis
from mlops.mlflow_stores.values import Trace

NAME, PLACE, SPANS_AT = "mlflow.traceName", "mlflow.artifactLocation", "mlflow.trace.spansLocation"
"""The newest databases keep the name in a column."""
INPUTS, OUTPUTS = "mlflow.traceInputs", "mlflow.traceOutputs"
SESSION = "mlflow.trace.session"
COUNTED = {
    "mlflow.trace.tokenUsage": (
        "input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    ),
    "mlflow.trace.cost": ("input_cost", "output_cost", "total_cost"),
}  # fmt: skip
SPANS_FILE = "traces.json"
MILLISECOND = timedelta(milliseconds=1)


def trace_in(
    row: Mapping[str, Any],
    experiment: str,
    tags: Mapping[str, str],
    metadata: Mapping[str, str],
    spans: Mapping[str, Sequence[str]],
    assessments: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Trace:
    """`spans` and `assessments`: by trace."""
    key = str(row["request_id"])
    return Trace(
        id=key,
        experiment=experiment,
        started=int(row["timestamp_ms"] or 0),
        duration=row.get("execution_time_ms"),
        status=str(row.get("status") or ""),
        request=str(row.get("request_preview") or metadata.get(INPUTS) or ""),
        response=str(row.get("response_preview") or metadata.get(OUTPUTS) or ""),
        client_request_id=str(row.get("client_request_id") or ""),
        tags=_kept(({NAME: str(row["trace_name"])} if row.get("trace_name") else {}) | dict(tags)),
        metadata=dict(sorted((dict(metadata) | _in_columns(row)).items())),
        spans=tuple(sorted(one for one in spans.get(key, ()) if one)),
        place=tags.get(PLACE, ""),
        assessments=assessments_in(assessments.get(key, ())),
    )


def trace_told(
    told: Mapping[str, Any], experiment: str, tags: Mapping[str, str], metadata: Mapping[str, str], place: str
) -> Trace:
    """`told`: in the form of 3.x, or of 2.x. Its spans are in the file at the place."""
    started = told.get("request_time")
    return Trace(
        id=str(told.get("trace_id") or told["request_id"]),
        experiment=experiment,
        started=millis(started) if isinstance(started, str) else int(started or told.get("timestamp_ms") or 0),
        duration=_duration(told),
        status=str(told.get("state") or told.get("status") or "").removeprefix("TRACE_STATUS_"),
        request=str(told.get("request_preview") or metadata.get(INPUTS) or ""),
        response=str(told.get("response_preview") or metadata.get(OUTPUTS) or ""),
        client_request_id=str(told.get("client_request_id") or ""),
        tags=_kept(tags),
        metadata=dict(sorted(metadata.items())),
        place=place,
        assessments=assessments_told(told.get("assessments")),
    )


def _in_columns(row: Mapping[str, Any]) -> dict[str, str]:
    """Metadata that the newest databases keep in columns of their own."""
    found = {SESSION: str(row["session_id"])} if row.get("session_id") else {}
    for name, columns in COUNTED.items():
        if told := {one: row[one] for one in columns if row.get(one) is not None}:
            found[name] = json.dumps(told)
    return found


def _kept(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sorted(tags.items()) if name not in (PLACE, SPANS_AT)}


def _duration(told: Mapping[str, Any]) -> int | None:
    """3.x writes seconds as `0.25s`."""
    for name in ("execution_duration_ms", "execution_time_ms"):
        if told.get(name) is not None:
            return int(told[name])
    seconds = told.get("execution_duration")
    return None if seconds is None else round(timedelta(seconds=float(str(seconds).removesuffix("s"))) / MILLISECOND)
