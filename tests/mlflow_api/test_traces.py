"""Code that is traced by MLflow's client: its spans, what is said of them, searches, and who may see them."""

from __future__ import annotations

import gzip
import json

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from mlops.accounts.actions import create_token
from mlops.accounts.membership import create_project
from mlops.events.models import Event
from mlops.traces.models import Span, Trace, TraceState


@pytest.fixture
def traced(client, monkeypatch):
    """A function calls another, in an experiment of its own."""
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    mlflow.tracing.reset()
    mlflow.set_experiment("calls")

    @mlflow.trace(span_type="TOOL")
    def double(a: int) -> int:
        return a * 2

    @mlflow.trace
    def add(a: int, b: int) -> int:
        return double(a) + b

    assert add(1, b=2) == 4
    yield mlflow.get_last_active_trace_id()
    mlflow.tracing.reset()


def test_spans_of_decorated_functions_are_kept_and_read_back(traced):
    trace = mlflow.get_trace(traced)
    assert [(span.name, span.outputs) for span in trace.data.spans] == [("add", 4), ("double", 2)]
    assert trace.data.spans[0].inputs == {"a": 1, "b": 2}
    assert trace.data.spans[1].parent_id == trace.data.spans[0].span_id
    kept = Trace.objects.get(key=traced)
    assert (kept.name, kept.state, json.loads(kept.response)) == ("add", TraceState.OK, 4)
    assert list(Span.objects.filter(trace=kept).values_list("kind", flat=True)) == ["UNKNOWN", "TOOL"]


def test_infos_of_several_traces_are_read_without_their_spans(client, traced):
    store = client._tracking_client.store
    (found,) = store.batch_get_trace_infos([traced, "tr-0"])
    place = client.get_experiment_by_name("calls").experiment_id
    assert (found.trace_id, found.experiment_id) == (traced, place)
    assert [one.trace_id for one in store.batch_get_trace_infos([traced], experiment_ids=[place])] == [traced]
    assert store.batch_get_trace_infos([traced], experiment_ids=["0"]) == []


def test_feedback_and_expectations_are_told_changed_and_withdrawn(traced):
    said = mlflow.log_feedback(trace_id=traced, name="good", value=0.8, rationale="close")
    mlflow.log_expectation(trace_id=traced, name="want", value={"sum": 4})
    mlflow.override_feedback(trace_id=traced, assessment_id=said.assessment_id, value=0.1)
    found = {(one.name, one.valid is not False): one for one in mlflow.get_trace(traced).info.assessments}
    assert found["good", False].value == 0.8
    assert found["good", True].value == 0.1
    assert found["want", True].value == {"sum": 4}
    mlflow.delete_assessment(traced, found["good", True].assessment_id)
    assert mlflow.get_assessment(traced, said.assessment_id).valid


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("name = 'add'", 1), ("status = 'OK' AND execution_time_ms >= 0", 1), ("status IN ('ERROR')", 0),
        ("span.name = 'double'", 1), ("span.type ILIKE 'to%'", 1), ("span.attributes.a = 'b'", 0),
        ("trace.text LIKE '%double%'", 1), ("tags.area = 'x'", 1), ("tag.other IS NULL", 1), ("tags.area != 'x'", 0),
        ("metadata.`mlflow.trace_schema.version` = '3'", 1), ("feedback.good > 0.5", 1), ("feedback.good < 0.5", 0),
        ("feedback.other IS NOT NULL", 0), ("timestamp_ms > 1", 1), ("request_id = 'tr-0'", 0),
        ("status LIKE 'O%'", 1), ("status ILIKE 'err%'", 0), ("name != 'x'", 1), ("run_id != 'x'", 0),
    ],
)  # fmt: skip
def test_traces_are_found_by_what_is_known_of_them(client, traced, text, count):
    client.set_trace_tag(traced, "area", "x")
    mlflow.log_feedback(trace_id=traced, name="good", value=0.8)
    place = client.get_experiment_by_name("calls").experiment_id
    assert len(client.search_traces(locations=[place], filter_string=text)) == count


@pytest.mark.parametrize(
    "text", ["x.y = 1", "foo = 'a'", "name RLIKE '(a+)+'", "name", "timestamp_ms = 'a'", "span.x = 'a'"]
)
def test_filters_of_traces_that_make_no_sense_are_refused(client, text):
    with pytest.raises(MlflowException) as refused:
        client.search_traces(locations=["0"], filter_string=text)
    assert refused.value.error_code == "INVALID_PARAMETER_VALUE"


def test_traces_within_a_run_and_linked_ones_are_found_by_it(client, traced):
    with mlflow.start_run() as run, mlflow.start_span("inside") as span:
        pass
    client.link_traces_to_run([traced], run.info.run_id)
    place = client.get_experiment_by_name("calls").experiment_id
    found = client.search_traces(locations=[place], filter_string=f"attributes.run_id = '{run.info.run_id}'")
    assert {one.info.trace_id for one in found} == {traced, span.trace_id}


def test_deleted_traces_are_gone_and_their_deletion_is_recorded(client, traced):
    place = client.get_experiment_by_name("calls").experiment_id
    assert client.delete_traces(place, trace_ids=[traced]) == 1
    assert not Span.objects.exists()
    assert Event.objects.get(type="mlops.trace.deleted").data["traces"] == 1
    with pytest.raises(MlflowException):
        client.delete_traces(place)


def test_traces_of_an_experiment_in_the_recycle_bin_come_back_with_it(client, call, traced):
    place = client.get_experiment_by_name("calls").experiment_id
    client.delete_experiment(place)
    files = "/api/2.0/mlflow-artifacts/artifacts"
    for method, path, body in (
        ("GET", f"traces/{traced}", None), ("GET", f"traces/get?trace_id={traced}", None),
        ("GET", f"traces/{traced}/info", None), ("GET", f"get-trace-artifact?request_id={traced}", None),
        ("PATCH", f"traces/{traced}/tags", {"key": "a", "value": "b"}),
        ("POST", f"traces/{traced}/assessments", {"assessment": {"assessment_name": "a", "feedback": {"value": 1}}}),
        ("GET", f"{files}/{place}/traces/{traced}/artifacts/traces.json", None),
    ):  # fmt: skip
        assert call(method, path, body).status_code == 404, path
    assert call("GET", f"traces/batchGet?trace_ids={traced}").json()["traces"] == []
    assert client.search_traces(locations=[place]) == []
    told = {"trace_id": traced, "request_time": "2026-01-01T00:00:00Z", "state": "OK"}
    assert call("POST", "traces", {"trace": {"trace_info": told}}).status_code == 400
    span = {"traceId": traced.removeprefix("tr-"), "spanId": "b7ad6b7169203331", "startTimeUnixNano": "1"}
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    assert call("POST", "/v1/traces", spans, headers={"X-MLFLOW-EXPERIMENT-ID": "0"}).status_code == 400
    client.restore_experiment(place)
    assert client.get_trace(traced).info.trace_id == traced


def test_old_clients_begin_and_end_traces_and_send_spans_as_a_file(client, call):
    begun = {"experiment_id": "0", "timestamp_ms": 1_000, "tags": [{"key": "mlflow.traceName", "value": "old"}]}
    key = call("POST", "traces", begun).json()["trace_info"]["request_id"]
    ended = call("PATCH", f"traces/{key}", {"timestamp_ms": 3_000, "status": "OK"}).json()["trace_info"]
    assert (ended["execution_time_ms"], ended["status"]) == (2_000, "OK")
    span = {
        "name": "a", "context": {"span_id": "0xb7ad6b7169203331", "trace_id": "0x0af7651916cd43dd8448eb211c80319c"},
        "parent_id": None, "start_time": 1, "end_time": 2, "status_code": "OK", "status_message": "", "events": [],
        "attributes": {"mlflow.spanInputs": '{"a": 1}', "mlflow.traceRequestId": f'"{key}"'},
    }  # fmt: skip
    place = f"/api/2.0/mlflow-artifacts/artifacts/0/traces/{key}/artifacts/traces.json"
    assert call("PUT", place, {"spans": [span]}).is_success
    assert [one.inputs for one in mlflow.get_trace(key).data.spans] == [{"a": 1}]
    assert Trace.objects.get(key=key).name == "old"
    assert call("PUT", place, {"spans": [1]}).status_code == 400


def test_spans_come_by_opentelemetrys_protocol_in_json_and_packed(client, call):
    span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "startTimeUnixNano": "1"}
    body = gzip.compress(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode())
    headers = {"X-MLFLOW-EXPERIMENT-ID": "0", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert call("POST", "/v1/traces", content=body, headers=headers).is_success
    assert Trace.objects.get().state == TraceState.UNDER_WAY
    for wrong in ({"Content-Type": "text/plain"}, {"X-MLFLOW-EXPERIMENT-ID": ""}, {"Content-Encoding": "br"}):
        assert call("POST", "/v1/traces", content=body, headers=headers | wrong).status_code == 400


def test_a_file_of_spans_takes_nothing_from_what_was_told_span_by_span(client, call):
    link = {"traceId": "1af7651916cd43dd8448eb211c80319c", "spanId": "c7ad6b7169203331"}
    link["attributes"] = [{"key": "why", "value": {"stringValue": "retry"}}]
    told = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "startTimeUnixNano": "1"}
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [told | {"links": [link]}]}]}]}
    assert call("POST", "/v1/traces", body, headers={"X-MLFLOW-EXPERIMENT-ID": "0"}).is_success
    key = Trace.objects.get().key
    span = {"name": "a", "parent_id": None, "start_time": 1, "end_time": 2, "status_code": "OK", "events": []}
    ids = [{"span_id": f"0x{one}", "trace_id": f"0x{told['traceId']}"} for one in (told["spanId"], "d7ad6b7169203331")]
    place = f"/api/2.0/mlflow-artifacts/artifacts/0/traces/{key}/artifacts/traces.json"
    spans = [span | {"context": one, "attributes": {}, "status_message": ""} for one in ids]
    assert call("PUT", place, {"spans": spans}).is_success
    kept = {one.key: one.content for one in Span.objects.all()}
    assert kept["b7ad6b7169203331"]["links"][0]["attributes"] == {"why": "retry"}
    assert set(kept) == {"b7ad6b7169203331", "d7ad6b7169203331"}


def test_traces_of_other_projects_do_not_exist_and_their_ids_are_free(client, call, traced, stranger):
    create_project(stranger, name="Elsewhere", slug="elsewhere")
    theirs = create_token(stranger, name="x")
    said = mlflow.log_feedback(trace_id=traced, name="good", value=0.9).assessment_id
    changed = {"assessment": {"feedback": {"value": 0}}, "update_mask": "feedback"}
    for method, path, body in (
        ("GET", f"traces/{traced}", None), ("GET", f"traces/get?trace_id={traced}", None),
        ("PATCH", f"traces/{traced}/tags", {"key": "a", "value": "b"}),
        ("POST", f"traces/{traced}/assessments", {"assessment": {"assessment_name": "a", "feedback": {"value": 1}}}),
        ("GET", f"traces/{traced}/assessments/{said}", None),
        ("PATCH", f"traces/{traced}/assessments/{said}", changed),
        ("DELETE", f"traces/{traced}/assessments/{said}", None),
        ("DELETE", f"traces/{traced}/tags?key=a", None),
        ("GET", f"get-trace-artifact?request_id={traced}", None),
    ):  # fmt: skip
        assert call(method, path, body, by=theirs).status_code == 404, path
    assert call("GET", f"traces/batchGet?trace_ids={traced}", by=theirs).json()["traces"] == []
    told = {"trace_id": traced, "request_time": "2026-01-01T00:00:00Z", "state": "OK"}
    assert call("POST", "traces", {"trace": {"trace_info": told}}, by=theirs).is_success
    assert Trace.objects.filter(key=traced).count() == 2
    assert mlflow.get_assessment(traced, said).feedback.value == 0.9
