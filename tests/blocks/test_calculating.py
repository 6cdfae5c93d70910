"""Apply Math Operation, Apply SQL Transformation, Join Data and Enter Data Manually, beyond what all have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from mlops.blocks.catalogue import derive
from mlops.blocks.entering import EntryError, read_entry
from mlops.blocks.formulas import FORMULAS
from mlops.blocks.mathematics import FUNCTIONS, calculated
from mlops.blocks.scoring import load_model
from mlops.formats.component import Shape
from mlops.formats.refusal import Refusal
from mlops.stats.schema import describe_schema
from tests.blocks.workshop import Workshop, cars

MAKERS = pl.DataFrame({"Make": ["AUDI", "bmw", "opel"], "price": [1, 2, 3]})


def test_every_formula_has_a_calculation_that_ends_finite_or_missing() -> None:
    assert set(FORMULAS) == set(FUNCTIONS)
    values = pl.DataFrame({"x": [-1e9, -2.5, -1.0, -0.5, 0.0, 0.3, 1.0, 7.0, 200.0, 1e300, None, float("inf")]})
    for name, formula in FORMULAS.items():
        result = calculated(values, {"name": name, "constant": 2.0 if formula.arguments == 2 else None}).to_series()
        assert result[10] is None
        assert formula.is_answer or bool(result.is_finite().all())


@pytest.mark.parametrize(
    ("name", "x", "second", "expected"),
    [
        ("log10", 100, None, 2), ("log", 8, 2, 3), ("nth_root", -8, 3, -2), ("double_factorial", 7, None, 105),
        ("factorial", 5, None, 120), ("divide", 1, 0, None), ("sqrt", -1, None, None), ("to_even", 2.6, None, 2),
        ("to_odd", 2.6, None, 3), ("round_digits", 2.345, 1, 2.3), ("round_up", 2.31, 1, 2.4), ("mod", -7, 3, 2),
        ("remainder", -7, 3, -1), ("quotient", 7, 2, 3), ("ceiling_power2", 5, None, 8), ("sin_degree", 90, None, 1),
        ("asin_degree", 1, None, 90), ("sinc", 0, None, 1), ("poly_gamma", 1, 1, np.pi**2 / 6), ("beta", 2, 3, 1 / 12),
        ("exponential_integral_ein", 1, None, 0.7965995993), ("erf_inverse", 0.5, None, 0.4769362762),
        ("gamma_regularized_p", 1, 1, 1 - np.exp(-1)), ("equal_to", 2, 2, True), ("pair_max", 2, 3, 3),
    ],
)  # fmt: skip
def test_formulas_give_known_values(name: str, x: float, second: float | None, expected: Any) -> None:
    result = calculated(pl.DataFrame({"x": [x]}), {"name": name, "constant": second}).item()
    assert result is None if expected is None else result == pytest.approx(expected)


def maths(workshop: Workshop, frame: pl.DataFrame, **parameters: Any) -> pl.DataFrame:
    chosen = {"category": "operations", "operations_function": "subtract", **parameters}
    return workshop.table(
        workshop.run("apply_math_operation", chosen, dataset=workshop.put(frame))["results_dataset"]
    ).frame


def test_columns_are_calculated_pair_by_pair(workshop: Workshop) -> None:
    frame = pl.DataFrame({"a": [5, 7], "b": [1, 2]})
    pairs = {"column_set": ["a"], "second_argument_type": "column_set", "second_argument_columns": ["b"]}
    assert maths(workshop, frame, **pairs)["Subtract(a, b)"].to_list() == [4.0, 5.0]
    itself = maths(workshop, frame, output_mode="result_only", **(pairs | {"second_argument_columns": ["a"]}))
    assert itself.to_dict(as_series=False) == {"Subtract(a, a)": [0.0, 0.0]}
    assert maths(workshop, frame, output_mode="inplace", second_argument=1)["b"].to_list() == [0.0, 1.0]


def test_a_column_that_is_read_later_is_not_overwritten(workshop: Workshop) -> None:
    chosen = {"second_argument_type": "column_set", "second_argument_columns": ["a"], "output_mode": "inplace"}
    with pytest.raises(Refusal, match="'a' is a second argument"):
        maths(workshop, pl.DataFrame({"a": [5], "b": [1]}), **chosen)


def query(workshop: Workshop, text: str, **tables: pl.DataFrame) -> pl.DataFrame:
    folders = {name: workshop.put(table) for name, table in tables.items()}
    outputs = workshop.run("apply_sql_transformation", {"sql_query_script": text}, **folders)
    return workshop.table(outputs["results_dataset"]).frame


def test_a_query_joins_tables_in_its_own_order(workshop: Workshop) -> None:
    text = "select a.x, b.y from t1 a join t2 b using (k) order by a.x desc -- newest first"
    first, second = pl.DataFrame({"k": [1, 2], "x": [3, 4]}), pl.DataFrame({"k": [1, 2], "y": ["p", "q"]})
    assert query(workshop, text, t1=first, t2=second).rows() == [(4, "q"), (3, "p")]


def test_every_type_of_a_query_becomes_one_of_ours(workshop: Workshop) -> None:
    text = "select sum(n) s, 1.5::decimal(9,2) d, current_date > date '2000-01-01' b, date '2024-05-31' t, [1, 2] l"
    frame = query(workshop, text + " from t1", t1=pl.DataFrame({"n": [1, 2]}))
    assert frame.rows() == [(3, 1.5, True, datetime(2024, 5, 31), "[1, 2]")]
    assert [str(dtype) for dtype in frame.dtypes][:3] == ["Int64", "Float64", "Boolean"]


@pytest.mark.parametrize(
    "text",
    [
        "copy t1 to '/tmp/stolen.csv'",
        "select * from read_text('/etc/passwd')",
        "install httpfs",
        "select * from '/etc/passwd'",
        "attach '/tmp/x.db'",
        "set enable_external_access = true",
        "select * from glob('/*')",
        "pragma version",
        "select 1; copy t1 to '/tmp/x'",
        "select * from read_csv('http://localhost/x.csv')",
    ],
)
def test_a_query_reaches_no_file_and_no_network(workshop: Workshop, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        query(workshop, text, t1=pl.DataFrame({"n": [1]}))
    assert caught.value.code == "query_invalid"


def test_what_a_query_fails_on_while_it_runs_is_told(workshop: Workshop) -> None:
    with pytest.raises(Refusal, match="Could not convert string 'x'") as caught:
        query(workshop, "select cast(t as integer) from t1", t1=pl.DataFrame({"t": ["x"]}))
    assert caught.value.code == "query_failed"


def test_the_columns_of_a_query_are_known_while_drawing() -> None:
    shape = Shape(type="table", table=describe_schema(cars()))
    parameters = {"sql_query_script": "select pover from t1"}
    assert derive("apply_sql_transformation", None, parameters, {"t1": shape}).problems[0].hint == (
        "Did you mean 'power'?"
    )


def joined(workshop: Workshop, kind: str, **parameters: Any) -> pl.DataFrame:
    chosen = {"join_key_columns_for_left_dataset": ["make"], "join_key_columns_for_right_dataset": ["Make"]}
    left = workshop.put(pl.DataFrame({"make": ["audi", "bmw", None, "fiat"], "price": [9, 8, 7, 6]}))
    chosen |= {"join_type": kind, "match_case": False, **parameters}
    outputs = workshop.run("join_data", chosen, left_dataset=left, right_dataset=workshop.put(MAKERS))
    return workshop.table(outputs["results_dataset"]).frame


@pytest.mark.parametrize(("kind", "rows"), [("inner", 2), ("left_outer", 4), ("full_outer", 5), ("left_semi", 2)])
def test_a_join_keeps_the_rows_of_its_kind(workshop: Workshop, kind: str, rows: int) -> None:
    frame = joined(workshop, kind)
    assert frame.height == rows
    assert frame.columns == ["make", "price", *(() if kind == "left_semi" else ("Make", "price (1)"))]
    assert frame["make"].to_list()[:2] == ["audi", "bmw"]


def test_right_keys_can_go_and_case_can_count(workshop: Workshop) -> None:
    frame = joined(workshop, "left_outer", keep_right_key_columns=False, match_case=True)
    assert frame["price (1)"].to_list() == [None, 2, None, None]
    assert frame.width == 3


def test_large_whole_numbers_are_no_equal_keys(workshop: Workshop) -> None:
    tables = {"left_dataset": pl.DataFrame({"k": [2**53]}), "right_dataset": pl.DataFrame({"k": [2**53 + 1]})}
    chosen = {"join_key_columns_for_left_dataset": ["k"], "join_key_columns_for_right_dataset": ["k"]}
    folders = {port: workshop.put(table) for port, table in tables.items()}
    assert workshop.table(workshop.run("join_data", chosen, **folders)["results_dataset"]).frame.height == 0


def test_a_look_up_travels_with_the_model(workshop: Workshop) -> None:
    makers = pl.DataFrame({"make": ["audi", "bmw", "fiat"], "rank": [1.0, 2.0, 3.0]})
    keys = ("join_key_columns_for_left_dataset", "join_key_columns_for_right_dataset")
    chosen = {**{key: ["make"] for key in keys}, "join_type": "left_outer", "keep_right_key_columns": False}
    folders = {"left_dataset": workshop.put(cars()), "right_dataset": workshop.put(makers)}
    data = workshop.run("join_data", chosen, **folders)["results_dataset"]
    model = load_model(workshop.trained("boosted_decision_tree_regression", data))
    assert "rank" not in model.manifest.source.names
    assert model.score(cars().drop("price")).height == 120


def test_types_are_found_from_what_is_typed() -> None:
    entry = read_entry('a,b,c,d,e\n1,1.5,true,2024-05-31,"x, y"\n,,,,\n', format="csv", has_header=True)
    assert [column.type for column in entry.columns] == ["integer", "decimal", "boolean", "date", "string"]
    assert list(entry.rows) == [(1, 1.5, True, datetime(2024, 5, 31), "x, y"), (None,) * 5]


def test_a_typed_table_without_header_gets_names() -> None:
    entry = read_entry("1\t2\n3\t4", format="tsv", has_header=False)
    assert [column.name for column in entry.columns] == ["Col1", "Col2"]
    assert len(entry.rows) == 2


def test_arff_is_read_with_its_types() -> None:
    text = "% cars\n@relation cars\n@attribute 'the make' {audi, bmw}\n@attribute price numeric\n@data\naudi,1\n?,2.5\n"
    entry = read_entry(text, format="arff", has_header=True)
    assert [(c.name, c.type, c.categorical) for c in entry.columns] == [
        ("the make", "string", True),
        ("price", "decimal", False),
    ]
    assert [list(row) for row in entry.rows] == [["audi", 1.0], [None, 2.5]]
    sparse = read_entry(text.replace("audi,1", "{1 4}"), format="arff", has_header=True)
    assert list(sparse.rows[0]) == [None, 4.0]


def test_svmlight_has_zeros_where_nothing_stands() -> None:
    entry = read_entry("1 2:0.5 # first\n-1 1:3\n", format="svmlight", has_header=True)
    assert entry.columns[0].role == "label"
    assert [list(row) for row in entry.rows] == [[1, 0.0, 0.5], [-1, 3.0, 0.0]]


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("csv", "a,a\n1,2"), ("csv", "a,\n1,2"), ("csv", "a,b\n1"), ("csv", '"a\n1'), ("csv", "\n"),
        ("arff", "a,b"), ("arff", "@attribute a\n@data"), ("arff", "@attribute a numeric\n@data\nx"),
        ("svmlight", "x 1:2"), ("svmlight", "1 99999999:2"),
    ],
)  # fmt: skip
def test_a_faulty_text_is_refused(format: str, text: str) -> None:
    with pytest.raises(EntryError) as caught:
        read_entry(text, format=format, has_header=True)
    assert caught.value.hint
