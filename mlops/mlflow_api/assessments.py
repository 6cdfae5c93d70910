"""MLflow's assessments of traces: feedback and expectations."""

from __future__ import annotations

import json
import re
from typing import Any

from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer
from mlops.mlflow_api.faults import invalid, missing
from mlops.mlflow_api.given import Given, told
from mlops.mlflow_api.trace_finding import assessment_of, trace_of
from mlops.mlflow_api.trace_shapes import shaped_assessment
from mlops.traces import assessing as acts
from mlops.traces.models import Assessment, AssessmentKind, Trace

SOURCES = ("HUMAN", "CODE", "LLM_JUDGE", "AI_JUDGE", "SOURCE_TYPE_UNSPECIFIED")
HUMP = re.compile(r"(?<=[a-z])([A-Z])")


def create(caller: Caller, given: Given, trace_id: str) -> Answer:
    trace = trace_of(caller, trace_id, "traces.change")
    made = assess_as_told(caller, trace, Given(given.record("assessment")))
    return {"assessment": shaped_assessment(made)}


def show(caller: Caller, _given: Given, trace_id: str, assessment_id: str) -> Answer:
    return {"assessment": shaped_assessment(assessment_of(caller, trace_of(caller, trace_id), assessment_id))}


def update(caller: Caller, given: Given, trace_id: str, assessment_id: str) -> Answer:
    """The fields that `update_mask` names."""
    known = assessment_of(caller, trace_of(caller, trace_id, "traces.change"), assessment_id)
    asked = Given(given.record("assessment"))
    mask = given.text("update_mask", required=True)
    named = {HUMP.sub(r"_\1", part.strip()).lower() for part in mask.split(",")}
    more: dict[str, Any] = {}
    if "assessment_name" in named:
        more["name"] = asked.text("assessment_name")
    for kind in AssessmentKind.values:
        if kind not in named:
            continue
        if kind != known.kind:
            raise invalid(f"Cannot update {kind} value on an assessment that is {known.kind}.")
        more["value"], more["error"] = _value(asked, kind)
    if "rationale" in named:
        more["rationale"] = asked.text("rationale")
    if "metadata" in named:
        more["metadata"] = _metadata(asked)
    return {"assessment": shaped_assessment(acts.change_assessment(caller.person, known, **more))}


def delete(caller: Caller, _given: Given, trace_id: str, assessment_id: str) -> None:
    """One that is not there needs no removal."""
    trace = trace_of(caller, trace_id, "traces.change")
    try:
        known = assessment_of(caller, trace, assessment_id)
    except type(missing("")):
        return
    acts.withdraw_assessment(caller.person, known)


def assess_as_told(caller: Caller, trace: Trace, asked: Given) -> Assessment:
    kinds = [kind for kind in AssessmentKind.values if asked.has(kind)]
    if len(kinds) != 1:
        raise invalid("Exactly one of `expectation` or `feedback` should be specified for an assessment.")
    value, error = _value(asked, kinds[0])
    source = Given(asked.record("source"))
    source_kind = source.text("source_type", default="CODE")
    if source_kind not in SOURCES:
        raise invalid(f"{told('source_type', source_kind)}: it must be one of {', '.join(SOURCES)}.")
    overrides = asked.text("overrides")
    return acts.assess(
        caller.person,
        trace,
        kind=AssessmentKind(kinds[0]),
        name=asked.text("assessment_name", required=True),
        value=value,
        source_kind=source_kind,
        source=source.text("source_id"),
        rationale=asked.text("rationale"),
        error=error,
        metadata=_metadata(asked),
        span_key=asked.text("span_id"),
        overrides=assessment_of(caller, trace, overrides) if overrides else None,
    )


def _value(asked: Given, kind: str) -> tuple[Any, dict[str, Any] | None]:
    told_value = Given(asked.record(kind))
    if told_value.has("serialized_value"):
        text = Given(told_value.record("serialized_value")).text("value", required=True)
        try:
            return json.loads(text), None
        except (ValueError, RecursionError):
            raise invalid("The serialized value of the expectation is not valid JSON.") from None
    error = told_value.record("error") or asked.record("error")
    return told_value.fields.get("value"), error or None


def _metadata(asked: Given) -> dict[str, str]:
    found = asked.record("metadata")
    return {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}
