"""Every fault of a request is named with row and column before anything is scored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal
from mlops.scoring.batch import Batch
from mlops.scoring.bodies import read_invocation, read_json, read_rows, read_score
from mlops.scoring.validation import Validator
from tests.scoring.folders import PRICE, ROW

VALIDATOR = Validator(PRICE, most_rows=5)


def read(value: Any) -> Batch:
    return read_rows(value, validator=VALIDATOR)


def refused(value: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(value)
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        [ROW, ROW],
        [[100, 2000.0, None, None, None]] * 2,
        {"columns": ["weight", "horsepower"], "data": [[2000.0, 100]] * 2, "index": [7, 8]},
        {"horsepower": [100, 100], "weight": [2000.0, 2000.0]},
    ],
)
def test_all_four_forms_of_rows_mean_the_same(value):
    batch = read(value)
    assert batch.rows == 2
    assert batch.columns["horsepower"] == [100, 100]
    assert batch.columns["weight"] == [2000.0, 2000.0]
    assert batch.columns["turbo"] == [None, None]


def test_one_row_may_be_given_as_an_object():
    assert read(ROW).rows == 1


def test_an_unknown_column_is_refused_with_the_nearest_name():
    refusal = refused([ROW, {**ROW, "wieght": 1}])
    assert (refusal.code, refusal.hint, refusal.status) == ("unknown_column", "Did you mean 'weight'?", 422)
    assert refusal.where.row == 1


def test_a_wrong_type_names_row_column_and_value():
    refusal = refused([ROW, ROW, {**ROW, "horsepower": "abc"}])
    assert refusal.message == "row 3, column 'horsepower': expected a whole number, got 'abc'."
    assert (refusal.where.row, refusal.where.column) == (2, "horsepower")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("horsepower", 3.5),
        ("horsepower", True),
        ("horsepower", 2**63),
        ("weight", "1"),
        ("weight", False),
        ("turbo", 1),
        ("turbo", "true"),
        ("make", 3),
        ("built", "31.12.2024"),
        ("built", 20241231),
        ("weight", [1]),
    ],
)
def test_values_of_another_type_are_refused(column, value):
    assert refused([{**ROW, column: value}]).code == "wrong_type"


@pytest.mark.parametrize(
    ("column", "value", "read_as"),
    [
        ("horsepower", 3.0, 3),
        ("weight", 3, 3.0),
        ("turbo", True, True),
        ("built", "2024-05-31", datetime(2024, 5, 31)),
        ("built", "2024-05-31T12:00:00+02:00", datetime(2024, 5, 31, 10)),
        ("make", "", None),
    ],
)
def test_values_that_mean_the_type_are_accepted(column, value, read_as):
    (stored,) = read([{**ROW, column: value}]).columns[column]
    assert stored == read_as
    assert type(stored) is type(read_as)


def test_a_missing_required_column_and_a_missing_value_are_told_apart():
    assert refused([{"weight": 1.0}]).code == "missing_column"
    assert refused({"weight": [1.0]}).code == "missing_column"
    refusal = refused([ROW, {**ROW, "weight": None}])
    assert (refusal.code, refusal.where.row, refusal.where.column) == ("missing_value", 1, "weight")


def test_an_unseen_category_is_accepted_and_said():
    (warning,) = read([{**ROW, "make": "audi"}, {**ROW, "make": "bmw"}]).warnings
    assert "'audi'" in warning
    assert "'bmw'" not in warning


def test_a_categorical_number_is_compared_as_training_wrote_it():
    signature = Signature(inputs=(Field(name="doors", type="integer", categories=("2", "4")),), outputs=())
    validator = Validator(signature, most_rows=5)
    assert read_rows([[2], [4], [None]], validator=validator).warnings == ()
    assert "'3'" in read_rows([[3]], validator=validator).warnings[0]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([ROW] * 6, "too_many_rows"),
        ({"horsepower": [1] * 6, "weight": [1] * 6}, "too_many_rows"),
        ([[1, 2]], "wrong_width"),
        ([ROW, [1, 2, 3, 4, 5]], "wrong_row"),
        ([1, 2], "wrong_row"),
        ({"horsepower": [1, 2], "weight": [1]}, "uneven_columns"),
        ({"columns": ["weight", "weight"], "data": [[1, 2]]}, "column_twice"),
        ({"columns": "weight", "data": [[1]]}, "wrong_shape"),
        ({"columns": ["wait"], "data": [[1]]}, "unknown_column"),
        ("text", "wrong_shape"),
        (None, "wrong_shape"),
    ],
)
def test_a_wrong_shape_is_refused(value, code):
    assert refused(value).code == code


def test_no_rows_are_no_fault():
    assert read([]).rows == 0


def test_a_body_without_rows_says_which_key_was_meant():
    with pytest.raises(Refusal, match="no 'data' or 'input_data'") as caught:
        read_score(b'{"dta": []}', validator=VALIDATOR)
    assert caught.value.hint == "Did you mean 'data'?"


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"data": [NaN]}', b'{"data": 1e999}'])
def test_broken_json_is_refused(raw):
    with pytest.raises(Refusal) as caught:
        read_json(raw)
    assert (caught.value.code, caught.value.status) == ("broken_json", 400)


@pytest.mark.parametrize("key", ["dataframe_records", "inputs", "instances"])
def test_mlflow_keys_are_read(key):
    raw = b'{"%b": [{"horsepower": 1, "weight": 2}]}' % key.encode()
    assert read_invocation(raw, validator=VALIDATOR).columns["horsepower"] == [1]
