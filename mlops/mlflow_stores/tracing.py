"""Rows of traces in a tracking database: earlier releases keep the spans in files, later ones in a table beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops.mlflow_stores.values import Trace

PLACE, SPANS_AT = "mlflow.artifactLocation", "mlflow.trace.spansLocation"
INPUTS, OUTPUTS = "mlflow.traceInputs", "mlflow.traceOutputs"


def trace_in(
    row: Mapping[str, Any],
    experiment: str,
    tags: Mapping[str, str],
    metadata: Mapping[str, str],
    spans: Mapping[str, Sequence[str]],
) -> Trace:
    """`spans`: by trace."""
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
        tags={name: value for name, value in sorted(tags.items()) if name not in (PLACE, SPANS_AT)},
        metadata=dict(sorted(metadata.items())),
        spans=tuple(sorted(one for one in spans.get(key, ()) if one)),
        place=tags.get(PLACE, ""),
    )
