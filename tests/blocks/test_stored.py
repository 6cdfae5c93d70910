"""A table that is larger than the memory of its step gives what it gives where it is not."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from mlops.blocks import stored
from mlops.blocks.call import Silent
from mlops.blocks.catalogue import component
from mlops.blocks.execution import execute
from mlops.blocks.values import DATA_FILE, META_FILE, ORIGIN_FILE, REFERENCE_FILE, Table, new_table, write_value
from mlops.formats.step import StepOrder

ROWS = 5_000
EVERYTHING = {"mode": "all"}
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("select_columns_in_dataset", {"select_columns": {"mode": "names", "names": ["number", "kind", "day"]}}),
    ("edit_metadata", {"column": {"mode": "names", "names": ["count"]}, "data_type": "string"}),
    ("clean_missing_data", {"cleaning_mode": "replace_with_mean"}),
    ("clean_missing_data", {"cleaning_mode": "remove_entire_row"}),
    ("normalize_data", {}),
    ("clip_values", {}),
    ("split_data", {"fraction_of_rows_in_the_first_output_dataset": 0.7}),
    ("split_data", {"splitting_mode": "relative_expression", "relative_expression": '"count" > 500'}),
    ("partition_and_sample", {"partition_or_sample_mode": "head", "number_of_rows_to_select": 2_500}),
    ("partition_and_sample", {"partition_or_sample_mode": "sampling", "rate_of_sampling": 0.3}),
    ("partition_and_sample", {"partition_or_sample_mode": "assign_to_folds"}),
    ("remove_duplicate_rows", {"key_columns": {"mode": "names", "names": ["kind", "count"]}}),
    ("apply_math_operation", {}),
    ("convert_to_csv", {}),
    (
        "apply_sql_transformation",
        {"sql_query_script": "select kind, sum(count) as total from t1 group by kind order by kind"},
    ),
    ("summarize_data", {}),
]


def frame() -> pl.DataFrame:
    place = pl.int_range(ROWS, eager=True)
    return pl.DataFrame(
        {
            "number": place.cast(pl.Float64) * 1.5 - 1_000,
            "gaps": pl.select(pl.when(place % 7 == 0).then(None).otherwise(place / 3)).to_series(),
            "count": place * 7919 % 1_000,
            "kind": (place % 13).cast(pl.String) + " kind",
            "day": pl.select(pl.lit(datetime(2024, 1, 1)) + pl.duration(days=place % 400)).to_series(),
        }
    )


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """So little that the table does not fit, and its pieces are many."""
    monkeypatch.setattr(stored, "memory_bytes", lambda: 400_000)


def carried_out(name: str, parameters: dict[str, Any], folder: Path, source: Path) -> dict[str, Path]:
    known = component(name)
    (folder / "work").mkdir(parents=True)
    port = known.inputs[0].name
    outputs = {one.name: folder / one.name for one in known.outputs}
    execute(
        StepOrder(
            run="1", node=name, component=name, version=known.version, title=name, parameters=parameters,
            inputs={port: str(source)}, outputs={key: str(path) for key, path in outputs.items()},
            work_dir=str(folder / "work"),
        ),
        Silent(),
    )  # fmt: skip
    return outputs


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """After a step, so that rows know where they come from."""
    table: Table = new_table(frame())
    write_value(table.filtered(table.frame["count"] != 3), tmp_path / "source")
    return tmp_path / "source"


@pytest.mark.parametrize(
    ("name", "parameters"), STEPS, ids=[f"{name}-{place}" for place, (name, _) in enumerate(STEPS)]
)
def test_it_gives_the_same(
    name: str, parameters: dict[str, Any], source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = carried_out(name, parameters, tmp_path / "whole", source)
    monkeypatch.setattr(stored, "memory_bytes", lambda: 400_000)
    assert stored.is_large(source / DATA_FILE)
    pieces = carried_out(name, parameters, tmp_path / "pieces", source)
    for port, folder in whole.items():
        names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        assert names == sorted(path.relative_to(pieces[port]) for path in pieces[port].rglob("*") if path.is_file())
        for path in names:
            if path.name in (DATA_FILE, ORIGIN_FILE, REFERENCE_FILE):
                assert pl.read_parquet(folder / path).equals(pl.read_parquet(pieces[port] / path)), path
            elif path.name == META_FILE:
                told = [msgspec.json.decode((one / path).read_bytes()) for one in (folder, pieces[port])]
                assert told[0] == told[1]
            else:
                assert (folder / path).read_bytes() == (pieces[port] / path).read_bytes()


def test_a_dataset_that_is_its_own_source_is_sampled_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dataset").mkdir()
    frame().write_parquet(tmp_path / "dataset" / DATA_FILE)
    whole = carried_out("normalize_data", {}, tmp_path / "whole", tmp_path / "dataset")
    monkeypatch.setattr(stored, "memory_bytes", lambda: 400_000)
    pieces = carried_out("normalize_data", {}, tmp_path / "pieces", tmp_path / "dataset")
    for file in (DATA_FILE, ORIGIN_FILE, REFERENCE_FILE):
        first, second = (pl.read_parquet(one["transformed_dataset"] / file) for one in (whole, pieces))
        assert first.equals(second), file
