"""What may be asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mlops.formats.refusal import Refusal
from mlops.telemetry.ranges import RANGES, span_of

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", RANGES)
def test_each_range_has_a_readable_number_of_steps(name):
    assert 12 <= len(span_of(now=NOW, name=name).ticks) <= 122


def test_a_time_whose_plus_sign_became_a_blank_is_understood():
    span = span_of(now=NOW, start="2026-11-26T08:00:00 02:00")
    assert (span.start, span.end) == (datetime(2026, 11, 26, 6, 0, tzinfo=UTC), NOW)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"name": "7days"}, "range_unknown"),
        ({"start": "yesterday"}, "time_unreadable"),
        ({"start": "2026-11-27"}, "range_empty"),
        ({"name": "90d", "step": "60"}, "range_long"),
        ({"name": "1h", "step": "7"}, "step_unreadable"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_hint(asked, code):
    with pytest.raises(Refusal) as refused:
        span_of(now=NOW, **asked)
    assert refused.value.code == code
    assert refused.value.hint
    assert "`" not in refused.value.message + refused.value.hint
