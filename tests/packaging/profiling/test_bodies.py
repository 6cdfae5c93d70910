"""Where the requests of a profile come from."""

from __future__ import annotations

import msgspec
import polars as pl
import pytest

from mlops.formats.model import Field, Signature
from mlops.formats.refusal import Refusal
from mlops.packaging.profiling.bodies import ROWS_FILE, example, of_signature, read_requests, recorded

CARS = Signature(
    inputs=(
        Field(name="power", type="integer", required=True, example=90),
        Field(name="make", type="string", example="audi"),
    ),
    outputs=(Field(name="Scored Labels", type="decimal"),),
)


def test_recorded_requests_are_sent_as_they_were():
    found = recorded(b'{"data": [{"power": 1}]}\n\n"{\\"data\\": [[2]]}"\n')
    assert found.bodies(1) == [b'{"data": [{"power": 1}]}', b'{"data": [[2]]}']
    assert found.is_recorded


def test_a_recorded_line_that_is_no_json_is_named():
    with pytest.raises(Refusal, match="Line 2"):
        recorded(b"{}\npower=1\n")


@pytest.mark.parametrize(
    "value",
    [
        {"data": [{"power": 90, "make": "audi"}]},
        {"columns": ["power", "make"], "data": [[90, "audi"]]},
        {"dataframe_split": {"columns": ["power", "make"], "data": [[90, "audi"]]}},
        [{"power": 90, "make": "audi"}],
        {"power": 90, "make": "audi"},
        [[90, "audi"]],
    ],
)
def test_an_input_example_gives_requests_of_any_number_of_rows(value):
    (body,) = example(value, signature=CARS).bodies(2)
    assert msgspec.json.decode(body) == {"data": [{"power": 90, "make": "audi"}] * 2}


def test_an_example_that_is_no_table_is_sent_as_it_is():
    assert example({"text": "hello"}, signature=CARS).bodies(5) == [b'{"text":"hello"}']


def test_typical_values_stand_in_for_an_example():
    assert of_signature(CARS) == {"data": [{"power": 90, "make": "audi"}]}
    bare = Signature(inputs=(Field(name="power", type="integer", required=True),), outputs=())
    assert of_signature(bare) is None


def test_rows_of_a_dataset_become_requests_with_their_values_as_they_are(tmp_path):
    frame = pl.DataFrame({"power": [1, 2, 3, 4], "make": ["audi", None, "bmw", ""], "price": [1.0] * 4})
    frame.write_parquet(tmp_path / ROWS_FILE)
    bodies = read_requests(tmp_path, signature=CARS).bodies(2)
    assert msgspec.json.decode(bodies[0]) == {"data": [{"power": 1, "make": "audi"}, {"power": 2, "make": None}]}
    assert len(bodies) == 2


def test_a_dataset_of_one_text_column_holds_whole_requests(tmp_path):
    pl.DataFrame({"sample_request_data": ['{"data": [[1]]}', None]}).write_parquet(tmp_path / ROWS_FILE)
    assert read_requests(tmp_path, signature=CARS).recorded == (b'{"data": [[1]]}',)


def test_a_dataset_without_a_column_of_the_model_is_refused(tmp_path):
    pl.DataFrame({"powr": [1], "make": ["audi"]}).write_parquet(tmp_path / ROWS_FILE)
    with pytest.raises(Refusal, match="no column “power”") as refused:
        read_requests(tmp_path, signature=CARS)
    assert "powr" in refused.value.hint


def test_a_column_that_is_not_there_is_refused_with_the_nearest(tmp_path):
    pl.DataFrame({"request": ["{}"], "n": [1]}).write_parquet(tmp_path / ROWS_FILE)
    with pytest.raises(Refusal, match="reqest") as refused:
        read_requests(tmp_path, signature=CARS, column="reqest")
    assert "request" in refused.value.hint
