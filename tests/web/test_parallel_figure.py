"""Parallel coordinates as lines over a plane."""

from __future__ import annotations

import plotly.graph_objects as go

from mlops.web.charts.parallel import Line, parallel_figure, shades

LINES = [
    Line(name="Trial 0", values=(0.0, "a", 0.5), shade=0.0),
    Line(name="Trial 1", values=(2.0, "b", 0.9), shade=1.0, is_best=True, link="/runs/x/"),
    Line(name="Trial 2", values=(1.0, "a", None)),
]


def test_each_point_is_a_line_through_its_place_on_every_scale():
    figure = parallel_figure(["lr", "kind", "accuracy"], LINES)
    go.Figure(figure)
    assert {one["name"]: one["y"] for one in figure["data"]} == {
        "Trial 0": [0.0, 0.0, 0.0],
        "Trial 1": [1.0, 1.0, 1.0],
        "Trial 2": [0.5, 0.0, None],
    }


def test_the_best_is_drawn_last_and_leads_to_its_run():
    last = parallel_figure(["lr", "kind", "accuracy"], LINES)["data"][-1]
    assert (last["name"], last["line"]["width"], last["customdata"][0]) == ("Trial 1", 3, "/runs/x/")


def test_the_ends_of_a_scale_and_the_steps_of_texts_are_written():
    marks = parallel_figure(["lr", "kind", "accuracy"], LINES)["layout"]["annotations"]
    assert [one["text"] for one in marks] == ["0", "2", "a", "b", "0.5", "0.9"]


def test_shades_go_by_rank():
    assert shades([3.0, None, 1.0, 1000.0], most_is_best=True) == [0.5, None, 0.0, 1.0]
    assert shades([3.0, 1.0], most_is_best=False) == [0.0, 1.0]
