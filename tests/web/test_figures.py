"""Figures and small histograms: plotly itself accepts every one, and no number is lost."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest

from mlops.formats.evaluation import Curve, Evaluated, Evaluation
from mlops.formats.profile import Histogram
from mlops.web.figures import Figure, evaluation_figures, line
from mlops.web.histograms import HEIGHT, WIDTH, bars

CURVE = Curve(x=(0.0, 0.2, 1.0), y=(0.0, 0.9, 1.0))


def drawn(figure: Figure) -> go.Figure:
    """Raises ValueError for a property that plotly does not know."""
    return go.Figure(json.loads(figure.json))


def scored(name: str, **more) -> Evaluated:
    return Evaluated(name=name, rows=3, metrics={}, **more)


def regression(name: str = "test") -> Evaluated:
    residuals = Histogram(edges=(-1.0, 0.0, 1.0), counts=(1, 2))
    return scored(name, predicted_actual=Curve(x=(1.0, 2.0, 4.0), y=(1.5, 2.0, 3.0)), residuals=residuals)


def classified(name: str = "test", **more) -> Evaluated:
    return scored(name, classes=("no", "yes"), confusion=((5, 1), (2, 7)), **more)


def test_a_regression_has_predicted_against_actual_and_residuals():
    points, residuals = map(drawn, evaluation_figures(Evaluation(task="regression", evaluated=(regression(),))))
    assert list(points.data[0].x) == [1.0, 2.0, 4.0]
    assert (list(points.data[1].x), list(points.data[1].y)) == ([1.0, 4.0], [1.0, 4.0])
    assert (list(residuals.data[0].x), list(residuals.data[0].y)) == ([-0.5, 0.5], [1, 2])
    assert points.layout.xaxis.title.text == "Actual"


def test_two_scored_sets_share_a_figure_and_have_a_legend():
    both = Evaluation(task="regression", evaluated=(regression("one"), regression("other")))
    points, residuals = map(drawn, evaluation_figures(both))
    assert [trace.name for trace in points.data] == ["one", "other", "perfect"]
    assert [trace.name for trace in residuals.data] == ["one", "other"]
    assert residuals.layout.showlegend is True


def test_two_classes_have_curves_and_a_confusion_matrix():
    one = classified(roc=CURVE, precision_recall=CURVE)
    roc, recall, matrix = map(drawn, evaluation_figures(Evaluation(task="two_class", evaluated=(one,))))
    assert (roc.data[0].type, recall.layout.xaxis.title.text) == ("scatter", "Recall")
    assert [list(row) for row in matrix.data[0].z] == [[5, 1], [2, 7]]
    assert matrix.layout.yaxis.title.text == "Actual"


def test_class_names_that_look_like_numbers_stay_names():
    one = scored("test", classes=("0", "1"), confusion=((5, 1), (2, 7)))
    (matrix,) = map(drawn, evaluation_figures(Evaluation(task="multiclass", evaluated=(one,))))
    assert (matrix.layout.xaxis.type, matrix.layout.yaxis.type) == ("category", "category")


def test_many_classes_have_one_matrix_for_each_scored_set():
    found = Evaluation(task="multiclass", evaluated=(classified("one"), classified("other")))
    figures = evaluation_figures(found)
    assert [figure.title for figure in figures] == ["Confusion matrix of one", "Confusion matrix of other"]
    assert all(drawn(figure).data[0].type == "heatmap" for figure in figures)


@pytest.mark.parametrize("task", ["regression", "two_class", "multiclass"])
def test_an_evaluation_without_curves_has_no_figure(task):
    assert evaluation_figures(Evaluation(task=task, evaluated=(scored("test"),))) == []


def test_a_scored_set_without_points_has_no_figure():
    empty = scored("test", predicted_actual=Curve(x=(), y=()))
    assert evaluation_figures(Evaluation(task="regression", evaluated=(empty,))) == []


def test_lines_are_drawn_by_name():
    figure = drawn(line("Latency", {"p50": ([1, 2], [3.0, 4.0]), "p95": ([1, 2], [5.0, None])}, x="Time", y="ms"))
    assert [trace.name for trace in figure.data] == ["p50", "p95"]
    assert list(figure.data[1].y) == [5.0, None]


def test_numbers_that_json_has_not_become_gaps():
    figure = line("Latency", {"p50": ([1, 2, 3], [3.0, float("nan"), float("inf")])}, x="Time", y="ms")
    assert "NaN" not in figure.json
    assert list(drawn(figure).data[0].y) == [3.0, None, None]


def test_bars_stand_on_the_ground_side_by_side():
    drawn_bars = bars([1, 4, 0], ["a", "b", "c"])
    assert [float(bar.height) for bar in drawn_bars] == [HEIGHT / 4, HEIGHT, 0.0]
    assert all(float(bar.y) + float(bar.height) == HEIGHT for bar in drawn_bars)
    assert [float(bar.x) for bar in drawn_bars] == [0.0, WIDTH / 3, 2 * WIDTH / 3]
    assert drawn_bars[1].label == "b: 4"


def test_a_rare_value_is_still_seen_and_nothing_is_no_bar():
    assert float(bars([1, 1_000_000], ["rare", "common"])[0].height) == 1.0
    assert bars([], []) == bars([0, 0], ["a", "b"]) == []
