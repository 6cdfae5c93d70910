"""The quick way of reading rows agrees with the thorough one, and leaves to it what it cannot say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal
from mlops.scoring.batch import Batch
from mlops.scoring.bodies import SCORE_KEYS, read_json, read_rows, read_score, value_of
from mlops.scoring.validation import Validator

SIGNATURE = Signature(
    inputs=(
        Field(name="horse power", type="integer", required=True),
        Field(name="weight", type="decimal"),
        Field(name="turbo", type="boolean", categories=("true",)),
        Field(name="make", type="string", categories=("bmw", "volvo")),
        Field(name="id", type="string", required=True),
    ),
    outputs=(),
)
NAMES = [field.name for field in SIGNATURE.inputs]
VALIDATOR = Validator(SIGNATURE, most_rows=3)


def thoroughly(body: bytes) -> Batch | str:
    try:
        return read_rows(value_of(read_json(body), SCORE_KEYS), validator=VALIDATOR)
    except Refusal as refusal:
        return refusal.message


def quickly(body: bytes) -> Batch | str:
    try:
        return read_score(body, validator=VALIDATOR)
    except Refusal as refusal:
        return refusal.message


value = some.one_of(some.none(), some.booleans(), some.integers(), some.floats(allow_nan=False), some.text(max_size=3))
cells = some.tuples(
    some.integers(), some.floats(-9, 9), some.booleans(), some.sampled_from(["bmw", "x", ""]), some.text(min_size=1)
)
rows = some.lists(some.one_of(cells, some.lists(value, min_size=4, max_size=6)), max_size=4)


@given(rows)
@settings(deadline=None)
def test_lists_are_read_alike(given: list[Any]):
    body = json.dumps({"data": [list(row) for row in given]}).encode()
    assert quickly(body) == thoroughly(body)


@given(rows)
@settings(deadline=None)
def test_objects_are_read_alike(given: list[Any]):
    body = json.dumps({"data": [dict(zip(NAMES, row, strict=False)) for row in given]}).encode()
    assert quickly(body) == thoroughly(body)


@pytest.mark.parametrize("body", [b'{"data":[[1,2.5,true,"bmw","a"]]}', b'{"data":[{"horse power":1,"id":"a"}]}'])
def test_the_usual_bodies_go_the_quick_way(body):
    assert VALIDATOR.plain.read(body) is not None


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"input_data":[]}', b'{"data":[],"more":1}', b'{"data":[[1,2,true,"a","b"],{"id":"a"}]}']
)
def test_what_it_cannot_say_is_left_to_the_thorough_way(body):
    assert VALIDATOR.plain.read(body) is None
    assert quickly(body) == thoroughly(body)
