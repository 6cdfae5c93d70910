"""Traces, spans and assessments as MLflow's clients read them, in the forms of 3.x and of 2.x."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import msgspec

from mlops.formats import spans as forms
from mlops.mlflow_api.finding import id_of
from mlops.mlflow_api.places import location_of
from mlops.mlflow_api.shapes import millis, shaped_pairs
from mlops.traces.models import Assessment, AssessmentKind, Span, Trace, TraceFact, TraceState

TRACES, ARTIFACTS = "traces", "artifacts"
NAME, LOCATION, SPANS_AT = "mlflow.traceName", "mlflow.artifactLocation", "mlflow.trace.spansLocation"
SOURCE_RUN, INPUTS, OUTPUTS = "mlflow.sourceRun", "mlflow.traceInputs", "mlflow.traceOutputs"
OWN_TAGS = (LOCATION, SPANS_AT)
"""Which the server alone sets."""
STATE_OF = {
    "OK": TraceState.OK,
    "ERROR": TraceState.FAILED,
    "IN_PROGRESS": TraceState.UNDER_WAY,
    "STATE_UNSPECIFIED": TraceState.UNKNOWN,
    "TRACE_STATUS_UNSPECIFIED": TraceState.UNKNOWN,
}
NAME_OF = {
    TraceState.OK: "OK",
    TraceState.FAILED: "ERROR",
    TraceState.UNDER_WAY: "IN_PROGRESS",
    TraceState.UNKNOWN: "STATE_UNSPECIFIED",
}


def place_of(trace: Trace) -> str:
    return f"{location_of(trace.experiment).rstrip('/')}/{TRACES}/{trace.key}/{ARTIFACTS}"


def shaped_traces(traces: list[Trace]) -> list[dict[str, Any]]:
    """TraceInfo of 3.x, in three queries, however many traces."""
    facts = _facts(traces)
    assessments: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for one in Assessment.objects.filter(trace__in=traces).select_related("trace"):
        assessments[one.trace_id].append(shaped_assessment(one))
    return [_info(trace, facts, assessments[trace.pk]) for trace in traces]


def _info(trace: Trace, facts: dict[Any, dict[str, str]], assessments: list[dict[str, Any]]) -> dict[str, Any]:
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": id_of(trace.experiment)}}
    found: dict[str, Any] = {
        "trace_id": trace.key,
        "trace_location": location,
        "request_time": shaped_time(trace.started_at),
        "state": NAME_OF[TraceState(trace.state)],
        "trace_metadata": facts[trace.pk, False],
        "tags": _tags(trace, facts[trace.pk, True]),
        "assessments": assessments,
    }
    if trace.duration_ms is not None:
        found["execution_duration"] = f"{trace.duration_ms // 1_000}.{trace.duration_ms % 1_000:03}s"
    for name, text in (
        ("client_request_id", trace.client_request_id),
        ("request_preview", trace.request),
        ("response_preview", trace.response),
    ):
        if text:
            found[name] = text
    return found


def shaped_old(traces: list[Trace]) -> list[dict[str, Any]]:
    """TraceInfo of 2.x."""
    facts = _facts(traces)
    found = []
    for trace in traces:
        previews = {INPUTS: trace.request, OUTPUTS: trace.response}
        metadata = {key: text for key, text in previews.items() if text} | facts[trace.pk, False]
        state = NAME_OF[TraceState(trace.state)].replace("STATE_UN", "TRACE_STATUS_UN")
        found.append(
            {
                "request_id": trace.key,
                "experiment_id": id_of(trace.experiment),
                "timestamp_ms": millis(trace.started_at),
                "execution_time_ms": trace.duration_ms or 0,
                "status": state,
                "request_metadata": shaped_pairs(metadata),
                "tags": shaped_pairs(_tags(trace, facts[trace.pk, True])),
            }
        )
    return found


def spans_of(traces: list[Trace]) -> dict[Any, list[forms.Span]]:
    found: dict[Any, list[forms.Span]] = defaultdict(list)
    for trace, content in Span.objects.filter(trace__in=traces).values_list("trace_id", "content"):
        found[trace].append(msgspec.convert(content, forms.Span))
    return found


def shaped_wholes(traces: list[Trace]) -> list[dict[str, Any]]:
    """Traces with their spans, in the JSON of OpenTelemetry's protocol."""
    spans = spans_of(traces)
    infos = shaped_traces(traces)
    return [
        {"trace_info": info, "spans": [forms.as_protocol(one) for one in spans[trace.pk]]}
        for trace, info in zip(traces, infos, strict=True)
    ]


def shaped_assessment(one: Assessment) -> dict[str, Any]:
    found: dict[str, Any] = {
        "assessment_id": f"a-{one.pk.hex}",
        "assessment_name": one.name,
        "trace_id": one.trace.key,
        "source": {"source_type": one.source_kind, "source_id": one.source},
        "create_time": shaped_time(one.created_at),
        "last_update_time": shaped_time(one.changed_at),
        "metadata": one.metadata,
        "valid": one.is_valid,
    }
    if one.kind == AssessmentKind.FEEDBACK:
        found["feedback"] = {"value": one.value} | ({"error": one.error} if one.error else {})
    elif isinstance(one.value, list | dict):
        told = {"serialization_format": "JSON_FORMAT", "value": json.dumps(one.value)}
        found["expectation"] = {"serialized_value": told}
    else:
        found["expectation"] = {"value": one.value}
    if one.span_key:
        found["span_id"] = one.span_key
    if one.rationale:
        found["rationale"] = one.rationale
    if one.overrides_id:
        found["overrides"] = f"a-{one.overrides_id.hex}"
    return found


def shaped_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _facts(traces: list[Trace]) -> dict[Any, dict[str, str]]:
    """By trace, and whether they are tags."""
    found: dict[Any, dict[str, str]] = defaultdict(dict)
    for trace, is_tag, key, value in TraceFact.objects.filter(trace__in=traces).values_list(
        "trace_id", "is_tag", "key", "value"
    ):
        found[trace, is_tag][key] = value
    return found


def _tags(trace: Trace, tags: dict[str, str]) -> dict[str, str]:
    own = {LOCATION: place_of(trace)}
    if trace.name:
        own[NAME] = trace.name
    if trace.has_spans:
        own[SPANS_AT] = "TRACKING_STORE"
    return tags | own
