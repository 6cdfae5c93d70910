"""Prometheus' text format."""

from __future__ import annotations

import math

from mlops.formats.prometheus import Family, Sample, histogram, text, value_in


def test_labels_are_escaped_and_help_stays_on_one_line():
    told = text([Family(name="a", help="one\ntwo", samples=[Sample(1.5, {"x": 'q"\\\n'})])])
    assert told == '# HELP a one\\ntwo\n# TYPE a gauge\na{x="q\\"\\\\\\n"} 1.5\n'


def test_a_histogram_counts_all_below_each_bound_and_ends_in_infinity():
    told = text(
        [Family(name="h", help="", kind="histogram", samples=histogram({}, bounds=(1, 2), counts=(3, 0, 1), total=9.0))]
    )
    assert [line for line in told.splitlines() if line[0] != "#"] == [
        'h_bucket{le="1"} 3', 'h_bucket{le="2"} 3', 'h_bucket{le="+Inf"} 4', "h_sum 9", "h_count 4",
    ]  # fmt: skip


def test_numbers_that_are_none_have_prometheus_words():
    told = text([Family(name="n", help="", samples=[Sample(math.nan), Sample(-math.inf), Sample(1e20)])])
    assert told.splitlines()[2:] == ["n NaN", "n -Inf", "n 1e+20"]


def test_a_value_is_found_by_its_whole_name_and_summed():
    told = '# TYPE a gauge\na_more 7\na 1\na{x="b c"} 2.5e0 1700000000\n'
    assert value_in(told, "a") == 3.5
    assert value_in(told, "b") is None
