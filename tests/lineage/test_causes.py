from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from mlops.lineage.causes import causes_of
from mlops.monitoring.actions import create_monitor
from mlops.monitoring.asking import look_now
from mlops.monitoring.looking import carry_out
from mlops.monitoring.queries import found_by

pytestmark = pytest.mark.django_db(transaction=True)


def census(rows: int, *, seed: int, factor: float = 1.0, city: float = 0.2) -> pl.DataFrame:
    draw = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "income": draw.normal(50, 8, rows) * factor,
            "age": draw.normal(40, 10, rows),
            "city": draw.choice(["Ulm", "Bern"], rows, p=[1 - city, city]),
        }
    )


DRIFT = [{"name": "drift", "kind": "data_drift"}]


def look_at(owner, project, current: str, *, signals=DRIFT):
    settings = {
        "target": {"dataset": current},
        "baseline": {"kind": "dataset", "dataset": "census:1"},
        "signals": signals,
    }
    monitor = create_monitor(owner, project, name=f"look at {current}", settings=settings)
    (look,) = look_now(owner, monitor)
    assert carry_out(look.pk)
    look.refresh_from_db()
    assert look.state == "completed", look.reason
    return look


def test_the_version_that_moved_the_columns_comes_first(owner, project, add_version):
    for number, factor in enumerate((1.0, 1.0, 1.6, 1.6)):
        add_version(census(2_000, seed=number, factor=factor), name="census")
    add_version(census(1_000, seed=9, factor=1.6), name="served")
    first, *_others = causes_of(look_at(owner, project, "served"))
    assert (first.kind, first.dataset, first.columns, first.by) == ("dataset", "census:3", ("income",), "olga")
    assert first.title == "Version 3 of “census” moved income"
    assert first.score > 0.9
    assert any("in version 2, median" in text for text in first.evidence), first.evidence


def test_a_changed_unit_is_named_where_no_dataset_moved(owner, project, add_version):
    add_version(census(2_000, seed=1), name="census")
    add_version(census(1_000, seed=9, factor=100), name="served")
    first, *_others = causes_of(look_at(owner, project, "served"))
    assert (first.kind, first.title) == ("column", "The unit of “income” may have changed")


def test_missing_and_new_values_are_told(owner, project, add_version):
    add_version(census(2_000, seed=1), name="census")
    broken = census(1_000, seed=9).with_columns(
        age=pl.when(pl.int_range(1_000) < 400).then(None).otherwise(pl.col("age")),
        city=pl.when(pl.int_range(1_000) < 500).then(pl.lit("Oslo")).otherwise(pl.col("city")),
    )
    add_version(broken, name="served")
    titles = [cause.title for cause in causes_of(look_at(owner, project, "served"))]
    assert titles[0] == "“city” has new values"


def test_columns_within_their_limits_are_no_cause(owner, project, add_version):
    add_version(census(2_000, seed=1), name="census")
    served = census(1_000, seed=9, factor=1.6).with_columns(age=pl.col("age") + 1.8)
    add_version(served, name="served")
    look = look_at(owner, project, "served")
    shares = {one.feature: one.contribution for signal in found_by(look).signals for one in signal.features}
    assert shares["age"] > 0.03
    assert {cause.columns for cause in causes_of(look)} == {("income",)}


def test_a_column_that_only_helps_to_tell_all_apart_is_no_cause_of_its_own(owner, project, add_version):
    add_version(census(2_000, seed=1), name="census")
    served = census(1_000, seed=9, factor=1.2).with_columns(age=pl.col("age") + 6)
    add_version(served, name="served")
    alone = {"name": "drift", "kind": "data_drift", "numerical": {"kolmogorov_smirnov": 0.3}}
    signals = [alone, {"name": "together", "kind": "multivariate_drift"}]
    causes = causes_of(look_at(owner, project, "served", signals=signals))
    assert [cause.columns for cause in causes if cause.kind == "column"] == [("income",)]


def test_a_look_without_alarm_has_no_causes(owner, project, add_version):
    add_version(census(2_000, seed=1), name="census")
    add_version(census(1_000, seed=9), name="served")
    assert causes_of(look_at(owner, project, "served")) == ()
