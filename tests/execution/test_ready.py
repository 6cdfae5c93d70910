"""What may start, what can never start, and when a run has ended."""

from __future__ import annotations

import pytest

from mlops.execution.ready import outlook
from mlops.formats.pipeline import Edge, Node, PipelineSpec


def chain(*edges: str) -> PipelineSpec:
    ids = sorted({name for edge in edges for name in edge})
    return PipelineSpec(
        nodes=tuple(Node(id=name, component="split_data", version="1") for name in ids),
        edges=tuple(Edge(source=e[0], source_port="o", target=e[1], target_port="i") for e in edges),
    )


FORK = chain("ab", "ac", "cd")


@pytest.mark.parametrize(
    ("states", "start"),
    [
        ("waiting waiting waiting waiting", ("a",)),
        ("running waiting waiting waiting", ()),
        ("completed waiting waiting waiting", ("b", "c")),
        ("reused completed running waiting", ()),
        ("completed completed reused waiting", ("d",)),
    ],
)
def test_a_step_starts_when_all_before_it_are_done(states, start):
    assert outlook(FORK, dict(zip("abcd", states.split(), strict=True))).start == start


def test_a_failure_skips_all_that_needs_it_and_nothing_else():
    found = outlook(FORK, {"a": "completed", "b": "waiting", "c": "failed", "d": "waiting"})
    assert (found.start, found.skip, found.ended) == (("b",), {"d": "c"}, False)


def test_a_run_has_ended_when_nothing_can_move_any_more():
    assert outlook(FORK, {"a": "completed", "b": "completed", "c": "failed", "d": "waiting"}).ended
    assert not outlook(FORK, {"a": "completed", "b": "running", "c": "failed", "d": "skipped"}).ended


def test_an_optional_input_is_done_without_where_its_step_is_lost():
    states = {"a": "completed", "b": "completed", "c": "failed", "d": "waiting"}
    assert outlook(FORK, states, does_without={("d", "i")}).start == ("d",)
    assert outlook(FORK, {**states, "c": "running"}, does_without={("d", "i")}).start == ()
