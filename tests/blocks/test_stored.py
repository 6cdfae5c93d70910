"""A table that is larger than the memory of its step gives what it gives where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mlops.blocks import splitting, stored
from mlops.blocks.call import Silent
from mlops.blocks.catalogue import component
from mlops.blocks.execution import execute
from mlops.blocks.figures import Figures
from mlops.blocks.passed_figures import PassedFigures
from mlops.blocks.values import Table, new_table, write_value
from mlops.formats.kept import DATA_FILE, ORIGIN_FILE, REFERENCE_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepOrder

ROWS = 5_000
EVERYTHING = {"mode": "all"}
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("select_columns_in_dataset", {"select_columns": {"mode": "names", "names": ["number", "kind", "day"]}}),
    ("edit_metadata", {"column": {"mode": "names", "names": ["count"]}, "data_type": "string"}),
    ("clean_missing_data", {"cleaning_mode": "replace_with_mean"}),
    ("clean_missing_data", {"cleaning_mode": "replace_with_median"}),
    ("clean_missing_data", {"cleaning_mode": "replace_with_mode"}),
    ("clean_missing_data", {"cleaning_mode": "remove_entire_row"}),
    ("normalize_data", {}),
    ("clip_values", {}),
    ("split_data", {"fraction_of_rows_in_the_first_output_dataset": 0.7}),
    ("split_data", {"stratified_split": True, "stratification_key_column": "kind"}),
    ("split_data", {"splitting_mode": "regular_expression", "regular_expression": '\\"kind" ^1'}),
    ("split_data", {"splitting_mode": "relative_expression", "relative_expression": '"count" > 500'}),
    ("partition_and_sample", {"partition_or_sample_mode": "head", "number_of_rows_to_select": 2_500}),
    ("partition_and_sample", {"partition_or_sample_mode": "sampling", "rate_of_sampling": 0.3}),
    ("partition_and_sample", {"partition_or_sample_mode": "assign_to_folds"}),
    ("remove_duplicate_rows", {"key_columns": {"mode": "names", "names": ["kind", "count"]}}),
    (
        "remove_duplicate_rows",
        {"key_columns": {"mode": "names", "names": ["number"]}, "retain_first_duplicate_row": False},
    ),
    ("convert_to_dataset", {"action": "set_missing_value", "custom_missing_value": "3"}),
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


def rounded(told: Any) -> Any:
    """Sums of decimals in another order differ in the last place."""
    if isinstance(told, dict):
        return {key: rounded(value) for key, value in told.items()}
    if isinstance(told, list):
        return [rounded(value) for value in told]
    return float(f"{told:.11g}") if isinstance(told, float) else told


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
    monkeypatch.setattr(stored, "room_bytes", lambda: 700_000)
    assert stored.is_large(source / DATA_FILE)
    pieces = carried_out(name, parameters, tmp_path / "pieces", source)
    for port, folder in whole.items():
        names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        assert names == sorted(path.relative_to(pieces[port]) for path in pieces[port].rglob("*") if path.is_file())
        for path in names:
            if path.name in (DATA_FILE, ORIGIN_FILE, REFERENCE_FILE):
                assert_frame_equal(pl.read_parquet(folder / path), pl.read_parquet(pieces[port] / path), rel_tol=1e-12)
            elif path.suffix == ".json":
                told = [msgspec.json.decode((one / path).read_bytes()) for one in (folder, pieces[port])]
                assert rounded(told[0]) == rounded(told[1])
            else:
                assert (folder / path).read_bytes() == (pieces[port] / path).read_bytes()


def test_a_component_that_takes_it_whole_refuses_before_memory_ends(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "room_bytes", lambda: 200_000)
    with pytest.raises(Refusal) as told:
        carried_out("summarize_data", {}, tmp_path, source)
    assert told.value.code == "table_too_large"
    assert "Partition and Sample" in told.value.hint


def test_rows_are_drawn_alike_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    few = [splitting._drawn(9_000, count, np.random.default_rng(7)) for count in (0, 1, 4_000, 9_000)]
    monkeypatch.setattr(splitting, "LONG", 1_000)
    many = [splitting._drawn(9_000, count, np.random.default_rng(7)) for count in (0, 1, 4_000, 9_000)]
    assert all((one == other).all() for one, other in zip(few, many, strict=True))


VALUES: dict[Any, Any] = {
    pl.Float64: st.floats(-1e6, 1e6) | st.integers(-3, 3).map(float),
    pl.Int64: st.integers(-1_000_000, 1_000_000) | st.integers(0, 3),
    pl.Boolean: st.booleans(),
}


@settings(deadline=None, max_examples=50)
@given(data=st.data(), dtype=st.sampled_from(list(VALUES)), size=st.integers(1, 7), parts=st.integers(1, 3))
def test_figures_of_pieces_are_those_of_the_column(data: Any, dtype: Any, size: int, parts: int) -> None:
    values = data.draw(st.lists(st.none() | VALUES[dtype], max_size=30))
    frame = pl.DataFrame({"value": pl.Series(values, dtype=dtype)})
    whole, passed = Figures(frame["value"]), PassedFigures(cast("Table", InPieces(frame, size, parts)), "value")
    assert (passed.rows, passed.gaps, passed.dtype) == (whole.rows, whole.gaps, whole.dtype)
    assert (passed.minimum(), passed.maximum(), passed.mode()) == (whole.minimum(), whole.maximum(), whole.mode())
    if whole.gaps == whole.rows:
        assert (passed.mean(), passed.deviation(), passed.median(), passed.quantile(0.3)) == (None,) * 4
        return
    for share in (0.0, 0.13, 0.5, 0.99, 1.0):
        assert passed.quantile(share) == pytest.approx(whole.quantile(share), rel=1e-9, abs=1e-9)
    assert passed.median() == pytest.approx(whole.median(), rel=1e-9, abs=1e-9)
    assert passed.mean() == pytest.approx(whole.mean(), rel=1e-9, abs=1e-9)
    assert passed.deviation() == pytest.approx(whole.deviation(), rel=1e-6, abs=1e-6)


@dataclass(frozen=True)
class InPieces:
    frame: pl.DataFrame
    size: int
    of: int

    @property
    def height(self) -> int:
        return self.frame.height

    def select_pieces(self, names: Sequence[str]) -> Iterator[pl.DataFrame]:
        for begin in range(0, max(self.height, 1), self.size):
            yield self.frame.select(names).slice(begin, self.size)

    def parts(self, names: Sequence[str]) -> int:
        return self.of


def test_a_dataset_that_is_its_own_source_is_sampled_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dataset").mkdir()
    frame().write_parquet(tmp_path / "dataset" / DATA_FILE)
    whole = carried_out("normalize_data", {}, tmp_path / "whole", tmp_path / "dataset")
    monkeypatch.setattr(stored, "room_bytes", lambda: 700_000)
    pieces = carried_out("normalize_data", {}, tmp_path / "pieces", tmp_path / "dataset")
    for file in (DATA_FILE, ORIGIN_FILE, REFERENCE_FILE):
        first, second = (pl.read_parquet(one["transformed_dataset"] / file) for one in (whole, pieces))
        assert_frame_equal(first, second, rel_tol=1e-12)


@pytest.mark.parametrize("rows", [0, 1, 100])
def test_a_split_by_strata_takes_any_name_and_length(rows: int) -> None:
    place = pl.int_range(rows, eager=True)
    parameters = {
        "splitting_mode": "split_rows",
        "random_seed": 0,
        "randomized_split": True,
        "fraction_of_rows_in_the_first_output_dataset": 0.5,
        "stratified_split": True,
    }
    for name in ("rows", "place", "key"):
        table = new_table(pl.DataFrame({name: place % 4}))
        mask = splitting.rows_of_first_part(table, parameters | {"stratification_key_column": name})
        assert (mask.len(), int(mask.sum())) == (rows, (rows + 1) // 2)
