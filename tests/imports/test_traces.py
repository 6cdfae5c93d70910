"""Traces of stores and servers come with their spans, from the table of a database or from the file of each."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from mlops.accounts.actions import create_token
from mlops.blobs.trees import keep_file
from mlops.formats import spans as forms
from mlops.imports.models import Finding
from mlops.imports.queries import marks
from mlops.mlflow_stores.bundle import Bundle
from mlops.mlflow_stores.opening import Address, opened
from mlops.runs.models import Run
from mlops.traces.models import Assessment, Span, Trace, TraceFact, TraceFile
from tests.imports.conftest import OUTER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["3.17"])
def release(request) -> str:
    return str(request.param)


TABLES = """
CREATE TABLE trace_tags (key VARCHAR(250), value VARCHAR(8000), request_id VARCHAR(50));
CREATE TABLE trace_request_metadata (key VARCHAR(250), value VARCHAR(8000), request_id VARCHAR(50));
CREATE TABLE spans (trace_id VARCHAR(50), experiment_id INTEGER, span_id VARCHAR(50), name TEXT, status VARCHAR(50),
    start_time_unix_nano BIGINT, content TEXT);
"""
"""As far as they are read (MLflow 3.17)."""


def span(trace: str, key: str, parent: str = "") -> dict[str, object]:
    told = forms.Span(
        trace=trace, key=key, parent=parent, name=f"span {key[-1]}", started_ns=10**9, ended_ns=2 * 10**9, status="OK",
        attributes={"mlflow.spanInputs": {"a": 1}},
    )  # fmt: skip
    return json.loads(forms.document_of([told], request_id=f"tr-{trace}"))["spans"][0]


SAID = """
CREATE TABLE assessments (assessment_id VARCHAR(50), trace_id VARCHAR(50), name VARCHAR(250),
    assessment_type VARCHAR(50), value TEXT, error TEXT, created_timestamp BIGINT, last_updated_timestamp BIGINT,
    source_type VARCHAR(50), source_id VARCHAR(250), span_id VARCHAR(50), rationale TEXT, overrides VARCHAR(50),
    valid BOOLEAN, assessment_metadata TEXT);
"""


@pytest.fixture
def assessed(traced):
    """Feedback that another overrides, an expectation, one that cannot be read, and one of another kind."""
    trace, at = f"tr-{'a' * 32}", 1_700_000_000_000
    with sqlite3.connect(traced) as store:
        store.executescript(SAID)
        for row in (
            ("a-1", "good", "feedback", "0.8", at, "HUMAN", "eva", "close", None, 0, '{"a": "b"}'),
            ("a-2", "good", "feedback", "0.1", at + 1, "CODE", "", None, "a-1", 1, None),
            ("a-3", "want", "expectation", '{"sum": 4}', at + 2, "HUMAN", "eva", None, "a-gone", 1, None),
            ("a-4", "odd", "feedback", "NaN", at + 3, "CODE", "", None, None, 1, None),
            ("a-5", "i-1", "issue", "{}", at + 4, "CODE", "", None, None, 1, None),
        ):
            key, name, kind, value, when, *about, metadata = row
            told = (key, trace, name, kind, value, None, when, when, *about[:2], None, *about[2:], metadata)
            store.execute(f"INSERT INTO assessments VALUES ({', '.join('?' * len(told))})", told)
    return traced


PICTURE = "1b671a64-40d5-491e-99b0-da01ff1f3341"


@pytest.fixture
def attached(traced):
    """A span names a picture, which lies beside the trace."""
    trace = "a" * 32
    told = forms.Span(
        trace=trace, key="1" * 16, name="see", started_ns=1, ended_ns=2, status="OK",
        attributes={"mlflow.spanInputs": {"picture": f"mlflow-attachment://{PICTURE}?content_type=image%2Fpng&trace_id=x"}},
    )  # fmt: skip
    content = json.dumps(json.loads(forms.document_of([told], request_id=f"tr-{trace}"))["spans"][0])
    with sqlite3.connect(traced) as store:
        store.execute("UPDATE spans SET content = ? WHERE trace_id = ?", (content, f"tr-{trace}"))
    file = traced.parent / "mlruns" / "1" / "traces" / f"tr-{trace}" / "artifacts" / "attachments" / PICTURE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"picture")
    return traced


@pytest.mark.parametrize("is_packed", [False, True])
def test_attachments_of_traces_come_with_them(bring, attached, tmp_path, is_packed):
    target = tmp_path / "store.zip"
    with opened(Address(address=f"sqlite:///{attached}", roots=("/",))) as store:
        Bundle(store, target, have={}, wants_experiment=lambda *_: True, wants_model=lambda _: True).write()
    bring(archive=keep_file(target), source="laptop") if is_packed else bring(attached)
    assert list(TraceFile.objects.values_list("path", "size_bytes")) == [(f"attachments/{PICTURE}", 7)]


def said() -> list[tuple[str, object, str, bool]]:
    return list(Assessment.objects.values_list("name", "value", "source", "is_valid"))


SAID_ONCE = [("good", 0.8, "eva", False), ("good", 0.1, "", True), ("want", {"sum": 4}, "eva", True)]


def test_what_was_said_of_traces_comes_once(bring, assessed):
    done = bring(assessed)
    assert said() == SAID_ONCE
    first, second, third = Assessment.objects.all()
    assert (second.overrides, third.overrides, first.metadata, first.rationale) == (first, None, {"a": "b"}, "close")
    assert Finding.objects.get(of=done, kind="trace").code == "assessment_invalid"
    with sqlite3.connect(assessed) as store:
        store.execute("UPDATE assessments SET rationale = 'very close' WHERE assessment_id = 'a-1'")
    assert bring(assessed).counts["trace"]["changed"] == 1
    assert said() == SAID_ONCE
    assert Assessment.objects.get(pk=first.pk).rationale == "very close"


def test_what_was_said_of_traces_comes_by_a_packed_store_too(bring, assessed, tmp_path):
    target = tmp_path / "store.zip"
    with opened(Address(address=f"sqlite:///{assessed}", roots=("/",))) as store:
        Bundle(store, target, have={}, wants_experiment=lambda *_: True, wants_model=lambda _: True).write()
    bring(archive=keep_file(target), source="laptop")
    assert said() == SAID_ONCE


@pytest.fixture
def traced(database, release):
    """One trace whose spans are in the table, and one whose spans are in a file."""
    run = OUTER[release]
    with sqlite3.connect(database) as store:
        store.executescript(TABLES)
        for trace in ("a" * 32, "b" * 32):
            told = (f"tr-{trace}", 1, 1_700_000_000_000, 250, "OK", "in", "out", 0)
            store.execute(
                "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status,"
                " request_preview, response_preview, db_payload_generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", told,
            )  # fmt: skip
            place = f"/srv/moved/mlruns/1/traces/tr-{trace}/artifacts"
            for key, value in (("mlflow.traceName", "add"), ("team", "x"), ("mlflow.artifactLocation", place)):
                told = (key, value, f"tr-{trace}")
                store.execute("INSERT INTO trace_tags (key, value, request_id) VALUES (?, ?, ?)", told)
            told = ("mlflow.sourceRun", run, f"tr-{trace}")
            store.execute("INSERT INTO trace_request_metadata (key, value, request_id) VALUES (?, ?, ?)", told)
        for one in (span("a" * 32, "1" * 16), span("a" * 32, "2" * 16, "1" * 16)):
            told = (f"tr-{'a' * 32}", 1, one["span_id"], "", "OK", 1, json.dumps(one))
            store.execute(
                "INSERT INTO spans (trace_id, experiment_id, span_id, name, status, start_time_unix_nano, content)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)", told,
            )  # fmt: skip
    file = database.parent / "mlruns" / "1" / "traces" / f"tr-{'b' * 32}" / "artifacts" / "traces.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"spans": [span("b" * 32, "3" * 16)]}))
    return database


def test_traces_come_with_spans_facts_and_their_run(bring, traced, release):
    done = bring(traced)
    assert done.counts["trace"] == {"new": 2}
    one = Trace.objects.get(key=f"tr-{'a' * 32}")
    assert (one.name, one.state, one.duration_ms, one.request, one.response) == ("add", "ok", 250, "in", "out")
    assert list(one.runs.all()) == [Run.objects.get(pk=OUTER[release])]
    assert dict(TraceFact.objects.filter(trace=one, is_tag=True).values_list("key", "value")) == {"team": "x"}
    told = Span.objects.filter(trace=one).order_by("key").values_list("key", "parent_key", "name")
    assert list(told) == [("1" * 16, "", "span 1"), ("2" * 16, "1" * 16, "span 2")]
    assert Span.objects.get(trace__key=f"tr-{'b' * 32}").content["attributes"]["mlflow.spanInputs"] == {"a": 1}


def test_a_second_import_takes_changes_alone_and_nothing_that_was_deleted_here(bring, traced):
    bring(traced)
    Trace.objects.get(key=f"tr-{'b' * 32}").delete()
    with sqlite3.connect(traced) as store:
        store.execute("UPDATE trace_tags SET value = 'y' WHERE key = 'team'")
    done = bring(traced)
    assert done.counts["trace"] == {"changed": 1, "left_out": 1}
    assert TraceFact.objects.get(key="team").value == "y"


def test_spans_that_cannot_be_read_are_told_and_the_trace_comes_without(bring, traced):
    with sqlite3.connect(traced) as store:
        store.execute("UPDATE spans SET content = '{}'")
    done = bring(traced)
    assert done.counts["trace"] == {"new": 2}
    assert Finding.objects.get(of=done, kind="trace").code == "spans_unreadable"
    assert Span.objects.count() == 1


def test_what_the_newest_databases_keep_in_columns_comes_too(bring, traced):
    with sqlite3.connect(traced) as store:
        store.execute("DELETE FROM trace_tags WHERE key = 'mlflow.traceName'")
        for column, value in (("trace_name", "'add'"), ("session_id", "'s1'"), ("input_tokens", "7")):
            if column not in {row[1] for row in store.execute("PRAGMA table_info(trace_info)")}:
                store.execute(f"ALTER TABLE trace_info ADD COLUMN {column}")
            store.execute(f"UPDATE trace_info SET {column} = {value}")
    bring(traced)
    one = Trace.objects.get(key=f"tr-{'a' * 32}")
    assert one.name == "add"
    facts = dict(TraceFact.objects.filter(trace=one, is_tag=False).values_list("key", "value"))
    assert facts["mlflow.trace.session"] == "s1"
    assert json.loads(facts["mlflow.trace.tokenUsage"]) == {"input_tokens": 7}


def test_a_packed_store_brings_its_traces_once(bring, traced, tmp_path, project):
    def packed(have: dict[str, dict[str, tuple[str, str]]]) -> Path:
        target = tmp_path / "store.zip"
        with opened(Address(address=f"sqlite:///{traced}", roots=("/",))) as store:
            Bundle(store, target, have=have, wants_experiment=lambda *_: True, wants_model=lambda _: True).write()
        return target

    assert bring(archive=keep_file(packed({})), source="laptop").counts["trace"] == {"new": 2}
    assert (Trace.objects.filter(has_spans=True).count(), Span.objects.count()) == (2, 3)
    have = {kind: marks(project, "laptop", kind) for kind in ("run", "logged_model", "trace", "version")}
    assert "trace" not in bring(archive=keep_file(packed(have)), source="laptop").counts


@pytest.mark.parametrize(
    "told",
    [
        "trace_id: tr-x\nrequest_time: '2026-11-27T01:14:01.867Z'\nexecution_duration_ms: 250\nstate: OK\n"
        "request_preview: in\nresponse_preview: out\n",
        "request_id: tr-x\ntimestamp_ms: 1795742041867\nexecution_time_ms: 250\nstatus: OK\n",
    ],
    ids=["3.x", "2.x"],
)
def test_traces_of_a_file_store_come(bring, opened_folder, told):
    home = opened_folder / "mlruns" / "1"
    trace = home / "traces" / "tr-x"
    files = {
        home / "meta.yaml": "artifact_location: ''\nexperiment_id: '1'\nname: plain\nlifecycle_stage: active\n",
        trace / "trace_info.yaml": told,
        trace / "tags" / "mlflow.traceName": "add",
        trace / "request_metadata" / "mlflow.traceInputs": "in",
        trace / "artifacts" / "traces.json": json.dumps({"spans": [span("c" * 32, "1" * 16)]}),
        trace
        / "assessments"
        / "a-1.yaml": "assessment_id: a-1\nassessment_name: want\ncreate_time: '2026-11-27T01:14:01Z'\n"
        "expectation:\n  serialized_value:\n    value: '{\"sum\": 4}'\nsource:\n  source_id: eva\nvalid: true\n",
        home / "traces" / "odd" / "trace_info.yaml": "trace_id: tr-odd\nrequest_time: yesterday\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = bring(opened_folder / "mlruns")
    assert done.counts["trace"] == {"new": 1}
    assert said() == [("want", {"sum": 4}, "eva", True)]
    one = Trace.objects.get()
    assert (one.key, one.name, one.state, one.duration_ms, one.request) == ("tr-x", "add", "ok", 250, "in")
    assert one.started_at.timestamp() == 1795742041.867
    assert Span.objects.get(trace=one).key == "1" * 16


def test_traces_of_a_server_come_with_spans_and_what_was_said(bring, assessed, contributor, live_server, tmp_path):
    """The server is one of ours, which speaks as MLflow's does."""
    bring(assessed)
    where = Address(
        address=live_server.url, secret=create_token(contributor, name="reader"), private_hosts=("localhost",)
    )
    with opened(where) as store:
        found = [trace for one in store.experiments() for trace in store.traces(one.id)]
        facts = sorted((one.id[-1], one.status, one.duration, one.started) for one in found)
        assert facts == [("a", "OK", 250, 1_700_000_000_000), ("b", "OK", 250, 1_700_000_000_000)]
        for one in found:
            store.fetch(one.place, "traces.json", tmp_path / one.id)
            spans = forms.read_document((tmp_path / one.id).read_bytes())
            assert len(spans) == (2 if one.id.endswith("a") else 1)
            assert (one.tags["mlflow.traceName"], one.tags["team"]) == ("add", "x")
            told = [(said.name, said.value, said.source, said.is_valid) for said in one.assessments]
            assert told == (SAID_ONCE if one.id.endswith("a") else [])


def test_attachments_of_traces_come_from_a_server_too(bring, attached, contributor, live_server, tmp_path):
    bring(attached)
    where = Address(
        address=live_server.url, secret=create_token(contributor, name="reader"), private_hosts=("localhost",)
    )
    with opened(where) as store:
        place = next(one.place for exp in store.experiments() for one in store.traces(exp.id) if one.id.endswith("a"))
        store.fetch(place, f"attachments/{PICTURE}", tmp_path / "picture")
    assert (tmp_path / "picture").read_bytes() == b"picture"
