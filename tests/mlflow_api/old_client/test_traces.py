"""The last client of 2.x traces calls, reads the traces back, with their spans, and searches them."""

from __future__ import annotations

from mlops.traces.models import Trace, TraceState

TRACED = """
    @mlflow.trace(span_type="TOOL")
    def double(a):
        return a * 2

    @mlflow.trace
    def add(a, b):
        return double(a) + b

    mlflow.set_experiment("calls")
    assert add(1, b=2) == 4
    mlflow.flush_trace_async_logging()
    key = mlflow.get_last_active_trace_id()
"""


def test_spans_are_kept_and_read_back(old):
    told = old(
        TRACED,
        """
        trace = client.get_trace(key)
        answer = [[span.name, span.inputs, span.outputs] for span in trace.data.spans]
    """,
    )
    assert told == [["add", {"a": 1, "b": 2}, 4], ["double", {"a": 1}, 2]]
    kept = Trace.objects.get()
    assert (kept.name, kept.state) == ("add", TraceState.OK)


def test_traces_are_searched_with_their_spans_tagged_and_removed(old):
    assert old(
        TRACED,
        """
        place = client.get_experiment_by_name("calls").experiment_id
        client.set_trace_tag(key, "area", "x")
        found = client.search_traces([place], filter_string="tags.area = 'x' AND name = 'add'")
        none = client.search_traces([place], filter_string="tags.area = 'y'")
        gone = client.delete_traces(place, request_ids=[key])
        answer = [[len(one.data.spans) for one in found], len(none), gone, len(client.search_traces([place]))]
    """,
    ) == [[2], 0, 1, 0]


def test_a_call_that_fails_is_told_with_its_reason(old):
    told = old("""
        @mlflow.trace
        def fails():
            raise ValueError("too large")

        try:
            fails()
        except ValueError:
            pass
        mlflow.flush_trace_async_logging()
        (trace,) = client.search_traces(["0"])
        answer = [str(trace.info.status), trace.data.spans[0].events[0].attributes["exception.message"]]
    """)
    assert told[1] == "too large"
    assert Trace.objects.get().state == TraceState.FAILED
