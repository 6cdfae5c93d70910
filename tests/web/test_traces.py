"""Pages of traces: the spans as a tree, what was said of them, and nobody else's."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.formats.spans import Span
from mlops.runs.experiments import create_experiment
from mlops.runs.tracking import start_tracked
from mlops.traces.assessing import assess
from mlops.traces.models import AssessmentKind, Trace
from mlops.traces.telling import Told, tell_spans, tell_trace

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def trace(project, contributor):
    experiment = create_experiment(contributor, project, name="shop")
    run = start_tracked(contributor, experiment, name="calls")
    inputs = {"mlflow.spanInputs": {"customer": "c-17"}, "mlflow.spanOutputs": 0.73, "depth": 2}
    spans = [
        Span(trace=TRACE, key="b7ad6b7169203331", name="answer", started_ns=10**9, ended_ns=3 * 10**9, status="OK"),
        Span(trace=TRACE, key="b7ad6b7169203332", parent="b7ad6b7169203331", name="score <b>", started_ns=2 * 10**9,
             ended_ns=3 * 10**9, status="ERROR", message="no such customer", attributes=inputs),
    ]  # fmt: skip
    tell_spans(contributor, experiment, spans)
    told = Told(key=f"tr-{TRACE}", started_at=timezone.now(), duration_ms=2_000, tags={"area": "churn"})
    shown = tell_trace(contributor, experiment, told, run=run)
    assess(contributor, shown, kind=AssessmentKind.FEEDBACK, name="plausible", value=True, source_kind="HUMAN")
    return shown


def test_the_page_shows_spans_with_times_inputs_and_outputs(client, reader, trace):
    client.force_login(reader)
    page = client.get(f"/traces/{trace.pk}/").content.decode()
    assert "score &lt;b&gt;" in page
    for text in ("answer", "c-17", "0.73", "no such customer", "1.000 s", "plausible", "churn"):
        assert text in page
    assert 'data-depth="1"' in page


def test_traces_are_listed_by_experiment_and_by_run(client, reader, trace, project):
    client.force_login(reader)
    run = trace.runs.get()
    for query in (f"experiment={trace.experiment_id}", f"run={run.pk}", ""):
        assert "answer" in client.get(f"/traces/?project={project.slug}&{query}").content.decode()
    other = client.get(f"/traces/?project={project.slug}&run={trace.experiment_id}").content.decode()
    assert "No traces yet" in other
    assert "answer" in client.get(f"/runs/{run.pk}/?tab=traces").content.decode()
    assert f"/traces/?experiment={trace.experiment_id}" in client.get("/experiments/").content.decode()


def test_strangers_find_no_trace(client, stranger, trace):
    client.force_login(stranger)
    assert client.get(f"/traces/{trace.pk}/").status_code == 404


def test_spans_that_name_each_other_as_outer_ones_end(project, contributor, client):
    experiment = create_experiment(contributor, project, name="loop")
    pair = ("b7ad6b7169203331", "b7ad6b7169203332")
    tell_spans(contributor, experiment, [Span(trace=TRACE, key=a, parent=b, name="x") for a, b in (pair, pair[::-1])])
    client.force_login(contributor)
    assert client.get(f"/traces/{Trace.objects.get().pk}/").status_code == 200
