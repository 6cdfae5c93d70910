"""A chart is drawn, read as a table and downloaded from the same numbers."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from mlops.formats.refusal import Refusal
from mlops.web.charts import Chart, Limit, Series
from mlops.web.charts.figures import figure
from mlops.web.charts.tables import csv_of, heads, lines

EARLY, LATE = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)


def chart(*series: Series, **more) -> Chart:
    return Chart(key="k", title="T", series=series, **more)


def test_series_with_other_places_share_one_table_in_the_order_of_time():
    table = chart(Series(name="a", x=(LATE,), y=(1.0,)), Series(name="b", x=(EARLY, LATE), y=(2.0, None)))
    assert heads(table) == ["At", "a", "b"]
    assert lines(table) == [[EARLY, None, 2.0], [LATE, 1.0, None]]


def test_intervals_are_bars_in_the_picture_and_columns_in_the_table():
    one = chart(Series(name="auc", x=(LATE,), y=(0.8,), low=(0.7,), high=(0.95,)))
    assert heads(one) == ["At", "auc", "auc, low", "auc, high"]
    assert figure(one)["data"][0]["error_y"]["array"] == [pytest.approx(0.15)]


def test_a_limit_is_a_line_with_its_name_and_a_column():
    one = chart(Series(name="m", x=(LATE,), y=(0.8,)), limits=(Limit(name="limit 0.5", value=0.5),))
    layout = figure(one)["layout"]
    assert (layout["shapes"][0]["y0"], layout["annotations"][0]["text"]) == (0.5, "limit 0.5")
    assert lines(one) == [[LATE, 0.8, 0.5]]


def test_a_ranking_lies_and_has_the_first_on_top():
    layout = figure(chart(Series(name="c", x=("a", "b"), y=(0.7, 0.3), shape="bar"), kind="ranking"))
    assert layout["data"][0]["orientation"] == "h"
    assert layout["data"][0]["y"] == ["a", "b"]
    assert layout["layout"]["yaxis"]["autorange"] == "reversed"


def test_a_name_is_no_formula_in_a_spreadsheet():
    one = chart(Series(name="c", x=("=cmd()",), y=(0.7,), shape="bar"), kind="ranking", x_title="Feature")
    told = csv_of([one], "k", name="a/b").content.decode()
    assert list(csv.reader(io.StringIO(told))) == [["Feature", "c"], ["'=cmd()", "0.7"]]


def test_a_chart_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(Refusal) as refused:
        csv_of([chart(Series(name="c", x=(), y=()))], "kk", name="n")
    assert "k" in refused.value.hint


def test_categories_that_read_as_numbers_are_no_numbers():
    words = figure(chart(Series(name="s", x=("4", "20"), y=(0.7, 0.3), shape="bar")))["layout"]["xaxis"]
    assert words["type"] == "category"
    times = figure(chart(Series(name="s", x=(EARLY, LATE), y=(0.7, 0.3))))["layout"]["xaxis"]
    assert "type" not in times


def test_small_differences_of_a_metric_are_seen_and_counts_begin_at_zero():
    auc = Series(name="auc", x=(1, 2), y=(0.912, 0.914), shape="points")
    assert figure(chart(auc, by_values=True))["layout"]["yaxis"]["rangemode"] == "normal"
    assert figure(chart(auc))["layout"]["yaxis"]["rangemode"] == "tozero"
    low, high = figure(chart(auc, by_values=True, limits=(Limit(name="least", value=0.9),)))["layout"]["yaxis"]["range"]
    assert 0.89 < low < 0.9 < 0.914 < high < 0.92


def test_between_a_few_versions_there_are_no_marks():
    assert figure(chart(Series(name="auc", x=(1, 2), y=(0.9, 0.8))))["layout"]["xaxis"]["dtick"] == 1
    assert "dtick" not in figure(chart(Series(name="auc", x=(1, 200), y=(0.9, 0.8))))["layout"]["xaxis"]
    assert "dtick" not in figure(chart(Series(name="auc", x=(0.1, 0.2), y=(0.9, 0.8))))["layout"]["xaxis"]
