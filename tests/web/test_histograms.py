"""Small histograms: every number is seen."""

from __future__ import annotations

from mlops.web.histograms import HEIGHT, WIDTH, bars


def test_bars_stand_on_the_ground_side_by_side():
    drawn_bars = bars([1, 4, 0], ["a", "b", "c"])
    assert [float(bar.height) for bar in drawn_bars] == [HEIGHT / 4, HEIGHT, 0.0]
    assert all(float(bar.y) + float(bar.height) == HEIGHT for bar in drawn_bars)
    assert [float(bar.x) for bar in drawn_bars] == [0.0, WIDTH / 3, 2 * WIDTH / 3]
    assert drawn_bars[1].label == "b: 4"


def test_a_rare_value_is_still_seen_and_nothing_is_no_bar():
    assert float(bars([1, 1_000_000], ["rare", "common"])[0].height) == 1.0
    assert bars([], []) == bars([0, 0], ["a", "b"]) == []
