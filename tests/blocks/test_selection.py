from __future__ import annotations

from typing import Any

import pytest

from mlops.blocks.selection import chosen_columns, read_selection, resolve
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, TableSchema

TABLE = TableSchema(
    columns=(
        Column(name="make", type="string", categorical=True),
        Column(name="power", type="integer"),
        Column(name="weight", type="decimal"),
        Column(name="price", type="decimal", role="label"),
    )
)


def rules(begin_with: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"mode": "rules", "begin_with": begin_with, "rules": list(lines)}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"mode": "names", "names": ["price", "make"]}, ("make", "price")),
        (["weight"], ("weight",)),
        (rules("all", {"action": "exclude", "names": ["power"]}), ("make", "weight", "price")),
        (rules("none", {"by": "indices", "indices": "1-2, 4"}), ("make", "power", "price")),
        (rules("none", {"by": "types", "types": ["numeric"]}), ("power", "weight", "price")),
        (rules("none", {"by": "types", "types": ["categorical", "label"]}), ("make", "price")),
        (rules("all", {"action": "exclude", "by": "all"}, {"by": "names", "names": ["make"]}), ("make",)),
        (rules("none", {"by": "all"}, {"action": "exclude", "by": "types", "types": ["decimal"]}), ("make", "power")),
    ],
)
def test_rules_apply_in_order_and_columns_keep_theirs(selection: Any, expected: tuple[str, ...]) -> None:
    assert chosen_columns(selection, TABLE, parameter="columns") == expected


def test_an_unknown_column_is_named_with_the_nearest_one() -> None:
    with pytest.raises(Refusal) as caught:
        chosen_columns(["pwer"], TABLE, parameter="columns")
    assert caught.value.code == "column_not_found"
    assert caught.value.hint == "Did you mean 'power'?"
    assert (caught.value.where.column, caught.value.where.parameter) == ("pwer", "columns")


@pytest.mark.parametrize("indices", ["0", "5", "2-1", "a", "1-", "", "1,,2"])
def test_a_range_outside_the_table_is_a_problem(indices: str) -> None:
    selection = read_selection(rules("none", {"by": "indices", "indices": indices}))
    _, problems = resolve(selection, TABLE, parameter="columns")
    assert problems[0].code == "index_out_of_range"


def test_choosing_nothing_is_a_problem() -> None:
    _, problems = resolve(read_selection(rules("none")), TABLE, parameter="columns")
    assert [problem.code for problem in problems] == ["no_columns_selected"]
