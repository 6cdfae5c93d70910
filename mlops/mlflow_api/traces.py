"""MLflow's traces: ours. Shown with and without spans, tagged, linked to runs, removed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from mlops.formats import spans as forms
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, reads, streams
from mlops.mlflow_api.faults import Fault, invalid, missing
from mlops.mlflow_api.files import given_out
from mlops.mlflow_api.finding import active_run, experiment_of, id_of
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.shelves import file_path
from mlops.mlflow_api.trace_finding import check_trace_tags, moment_in, trace_of, traces_of
from mlops.mlflow_api.trace_shapes import (
    NAME,
    OWN_TAGS,
    shaped_old,
    shaped_traces,
    shaped_wholes,
    spans_of,
)
from mlops.traces import actions as acts
from mlops.traces.files import SPANS
from mlops.traces.models import Trace, TraceFact

MOST_AT_ONCE, MOST_LINKED = 500, 100


def show(caller: Caller, _given: Given, trace_id: str) -> Answer:
    return {"trace": {"trace_info": shaped_traces([trace_of(caller, trace_id)])[0]}}


def show_old(caller: Caller, _given: Given, trace_id: str) -> Answer:
    return {"trace_info": shaped_old([trace_of(caller, trace_id)])[0]}


def whole(caller: Caller, given: Given) -> Answer:
    trace = trace_of(caller, given.text("trace_id", required=True))
    found = shaped_wholes([trace])[0]
    if not found["spans"] and not given.flag("allow_partial"):
        raise missing(f"Trace with ID {trace.key} is not fully exported yet, please try again later.")
    return {"trace": found}


def several(caller: Caller, given: Given) -> Answer:
    return {"traces": shaped_wholes(_several(caller, given))}


@reads
def several_infos(caller: Caller, given: Given) -> Answer:
    """Only those of some experiments, where they are named."""
    found = _several(caller, given)
    if given.has("experiment_ids"):
        within = set(given.texts("experiment_ids"))
        found = [trace for trace in found if id_of(trace.experiment) in within]
    return {"trace_infos": shaped_traces(found)}


def delete(caller: Caller, given: Given) -> Answer:
    experiment = experiment_of(caller, given.text("experiment_id", required=True), "traces.change")
    keys = given.texts("request_ids") or given.texts("trace_ids")
    until = moment_in(given, "max_timestamp_millis") if given.has("max_timestamp_millis") else None
    if bool(keys) == (until is not None):
        raise invalid("Either `max_timestamp_millis` or `trace_ids` must be specified, but not both.")
    most = given.whole("max_traces") if given.has("max_traces") else None
    if most is not None and (most <= 0 or keys):
        raise invalid("`max_traces` must be a positive integer, and can't be specified together with `trace_ids`.")
    count = acts.delete_traces(caller.person, experiment, until=until, most=most, keys=keys or None)
    return {"traces_deleted": count}


def set_tag(caller: Caller, given: Given, trace_id: str) -> None:
    name, value = given.text("key", required=True), given.text("value")
    _refuse_own(name, "set")
    check_trace_tags({name: value})
    trace = trace_of(caller, trace_id, "traces.change")
    if name == NAME:
        Trace.objects.filter(pk=trace.pk).update(name=value[:500])
    else:
        acts.tag_trace(caller.person, trace, tags={name: value})


def delete_tag(caller: Caller, given: Given, trace_id: str) -> None:
    name = given.text("key", required=True)
    _refuse_own(name, "deleted")
    trace = trace_of(caller, trace_id, "traces.change")
    if not TraceFact.objects.filter(trace=trace, is_tag=True, key=name).exists():
        raise missing(f"No trace tag with key '{name}' for trace with ID '{trace_id}'.")
    acts.untag_trace(caller.person, trace, key=name)


def link(caller: Caller, given: Given) -> None:
    keys = given.texts("trace_ids")
    if len(keys) > MOST_LINKED:
        raise invalid(f"Cannot link more than {MOST_LINKED} traces to a run in a single request.")
    run = active_run(caller, given.text("run_id", required=True))
    found = [trace_of(caller, key, "traces.change") for key in keys]
    if any(trace.project_id != run.project_id for trace in found):
        raise invalid("Traces can be linked to runs of their own project only.")
    acts.link_traces(caller.person, found, run)


@streams
def artifact(caller: Caller, request: HttpRequest) -> Any:
    """The spans as a file, or an attachment of them."""
    wanted = request.GET.get("request_id") or request.GET.get("trace_id", "")
    if not wanted:
        raise invalid('Request must include the "request_id" query parameter.')
    trace = trace_of(caller, wanted)
    if path := request.GET.get("path"):
        return given_out(caller, request, trace, f"attachments/{file_path(path)}")
    return spans_file(request, trace)


def spans_file(request: HttpRequest, trace: Trace) -> HttpResponse:
    content = forms.document_of(spans_of([trace])[trace.pk], request_id=trace.key)
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename={SPANS}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _several(caller: Caller, given: Given) -> list[Trace]:
    keys = given.fields.get("trace_ids") or []
    if not isinstance(keys, list) or not keys or not all(isinstance(one, str) for one in keys):
        raise invalid("Missing value for required parameter 'trace_ids'.")
    if len(keys) > MOST_AT_ONCE:
        raise invalid(f"At most {MOST_AT_ONCE} traces can be fetched at once. Got {len(keys)}.")
    found = {trace.key: trace for trace in traces_of(caller).filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def _refuse_own(key: str, what: str) -> None:
    if key in OWN_TAGS:
        raise Fault("INVALID_PARAMETER_VALUE", f"Tag '{key}' is reserved and cannot be {what}.")
