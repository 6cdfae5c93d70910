from __future__ import annotations

import polars as pl
import pytest

from mlops.stats.drift.column import baseline_column, current_column

STEPS = [float(one % 20) for one in range(2000)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([one + 0.5 for one in STEPS], "numerical"),
        (STEPS, "categorical"),
        ([int(one) for one in STEPS], "categorical"),
        (list(range(2000)), "numerical"),
        ([*STEPS[:50]], "numerical"),
        ([one > 3 for one in STEPS], "categorical"),
    ],
    ids=["fractions", "whole decimals", "few whole numbers", "many whole numbers", "few rows", "booleans"],
)
def test_only_whole_numbers_can_be_categories(values: list[float], kind: str) -> None:
    assert baseline_column(pl.Series("a", values)).kind == kind


def test_the_baseline_decides_for_both_sides() -> None:
    fractions = pl.Series("a", [one + 0.5 for one in STEPS])
    assert current_column(fractions, baseline_column(pl.Series("a", STEPS))).kind == "categorical"
    assert current_column(pl.Series("a", STEPS), baseline_column(fractions)).kind == "numerical"
