"""Which answers count as equal, and what the report says of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mlops.formats.replaying import ReplayReport, Tolerance
from mlops.replays.comparing import Answered, Comparison


def answered(value: Any, *, status: int = 200, seconds: float = 0.01) -> Answered:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answered(status=status, body=body, seconds=seconds)


def report(*pairs: tuple[Answered, Answered], tolerance: Tolerance | None = None) -> ReplayReport:
    comparison = Comparison(tolerance=tolerance or Tolerance())
    for number, (before, after) in enumerate(pairs):
        comparison.add(b'{"data": [%d]}' % number, before, after)
    return comparison.report(source="3 requests", labels=("a", "b"))


def predictions(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"predictions": list(rows), **more}


def test_answers_that_name_other_models_and_differ_in_the_last_digit_are_equal():
    told = report(
        (
            answered(predictions({"Scored Labels": 100.0}, model="m:1", deployment="blue")),
            answered(predictions({"Scored Labels": 100.001}, model="m:2", deployment="green")),
        )
    )
    assert (told.requests, told.equal, told.differing) == (1, 1, 0)
    [field] = told.fields
    assert (field.path, field.most) == ("predictions[].Scored Labels", pytest.approx(0.001))


@pytest.mark.parametrize(
    ("before", "after", "kind", "path"),
    [
        ({"label": "yes"}, {"label": "no"}, "label", "predictions[0].label"),
        ({"p": 0.2}, {"p": 0.3}, "number", "predictions[0].p"),
        ({"p": 0.2}, {"p": "0.2"}, "shape", "predictions[0].p"),
        ({"p": 0.2}, {"p": 0.2, "extra": 1}, "missing", "predictions[0].extra"),
        ({"p": True}, {"p": False}, "label", "predictions[0].p"),
        ({"p": [1, 2]}, {"p": [1]}, "shape", "predictions[0].p"),
    ],
)
def test_each_kind_of_difference_is_named_with_its_place(before, after, kind, path):
    told = report((answered(predictions(before)), answered(predictions(after))))
    [example] = told.examples
    assert (example.differences[0].kind, example.differences[0].path) == (kind, path)
    assert told.kinds == {kind: 1}


def test_a_side_that_fails_is_told_with_its_reason():
    told = report((answered(predictions({"p": 1})), answered({"detail": "row 0: no column “age”"}, status=422)))
    [difference] = told.examples[0].differences
    assert (difference.kind, difference.after) == ("status", "422: row 0: no column “age”")
    assert (told.sides[0].failed, told.sides[1].failed) == (0, 1)


def test_two_refusals_of_the_same_kind_are_equal():
    assert report((answered({"detail": "a"}, status=422), answered({"detail": "b"}, status=422))).equal == 1


def test_answers_that_are_no_json_are_compared_as_they_are():
    assert report((answered(b"\x89PNG"), answered(b"\x89PNG"))).equal == 1
    assert report((answered(b"\x89PNG"), answered(b"\x89JPG"))).kinds == {"text": 1}


def test_fields_are_summed_over_requests_the_most_different_first():
    told = report(
        (answered(predictions({"p": 1.0, "l": "x"})), answered(predictions({"p": 3.0, "l": "x"}))),
        (answered(predictions({"p": 1.0, "l": "x"})), answered(predictions({"p": 2.0, "l": "y"}))),
    )
    first, second = told.fields
    assert (first.path, first.differing, first.mean_change, first.most) == ("predictions[].p", 2, 1.5, 2.0)
    assert (second.path, second.compared, second.differing, second.label_changes) == ("predictions[].l", 2, 1, 1)


def test_the_tolerance_is_that_of_the_order():
    pair = (answered(predictions({"p": 1.0})), answered(predictions({"p": 1.04})))
    assert report(pair, tolerance=Tolerance(relative=0.05)).equal == 1
    assert report(pair, tolerance=Tolerance(relative=0.01)).equal == 0
