"""Short lines."""

from __future__ import annotations

from mlops.web.sparklines import sparkline


def test_a_gap_breaks_the_line_and_points_beyond_are_marked():
    made = sparkline([0.0, 1.0, None, 2.0], limit=1.5, beyond=[False, False, False, True])
    assert made is not None
    assert made.lines == ("0.0,29.0 40.0,16.0", "120.0,3.0")
    assert [(dot.x, dot.y) for dot in made.beyond] == [("120.0", "3.0")]
    assert made.limit == "9.5"


def test_without_values_there_is_no_line():
    assert sparkline([None]) is None
    assert sparkline([]) is None
