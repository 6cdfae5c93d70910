"""Traces of a tracking database come with their spans, from its table or from the files beside it."""

from __future__ import annotations

import json
import sqlite3

import pytest

from mlops.formats import spans as forms
from mlops.imports.models import Finding
from mlops.runs.models import Run
from mlops.traces.models import Span, Trace, TraceFact
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
