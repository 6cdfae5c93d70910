"""What a model's signature shows of the rows that it learned from."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mlops.blocks.signatures import describe_field
from mlops.formats.table import Column
from tests.blocks.workshop import Workshop, cars

TEXT = Column(name="note", type="string")


def example_of(values: list[str | None]) -> object:
    return describe_field(TEXT, pl.Series(values), required=True, categories=("x",)).example


def test_free_text_is_never_an_example() -> None:
    letters = [f"Dear doctor, patient {each} of ward {each % 7} has a rash" for each in range(100)]
    field = describe_field(TEXT, pl.Series([*letters, letters[0], None]), required=True, categories=tuple(letters))
    assert field.example == "Example of a text for note"
    assert field.categories == ()


def test_a_kind_of_rows_is_shown_as_it_is() -> None:
    assert example_of(["audi", "bmw", "bmw"] * 10) == "bmw"


@pytest.mark.parametrize(
    ("values", "example"),
    [
        (["12.5", "13", "99"], "13"),
        (["2021-03-04", "2021-03-05"], "2000-01-31"),
        (["2021-03-04T10:00:00", "2021-03-05T11:00:00"], "2000-01-31T12:00:00"),
    ],
)
def test_a_made_up_text_reads_as_the_others_do(values: list[str | None], example: str) -> None:
    assert example_of(values) == example


def test_no_text_of_a_row_leaves_with_the_model(tmp_path: Path) -> None:
    shop = Workshop(tmp_path)
    notes = [f"Seller {each} moved to street {each}" for each in range(60)]
    frame = cars(60).with_columns(note=pl.Series(notes))
    hashed = shop.run("feature_hashing", {"target_columns": ["note"], "hashing_bitsize": 4}, dataset=shop.put(frame))
    without = {"mode": "rules", "begin_with": "all", "rules": [{"action": "exclude", "names": ["note"]}]}
    table = shop.run("select_columns_in_dataset", {"select_columns": without}, dataset=hashed["transformed_dataset"])
    model = shop.trained("linear_regression", table["results_dataset"], label="price")
    told = [file.read_text() for file in model.iterdir() if file.suffix == ".json" or file.name == "MLmodel"]
    assert not any(note in text for text in told for note in notes)
