"""The template tags, on plain values."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from mlops.runs.models import RunState, StepState
from mlops.web.icons import STATE_ICONS
from mlops.web.templatetags import studio


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (999, "999 B"),
        (1400, "1.4 KB"),
        (23_400_000, "23 MB"),
        (999_999, "1.0 MB"),
        (5e12, "5.0 TB"),
    ],
)
def test_bytes_are_short(value: Any, text: str):
    assert studio.bytes_(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0004, "0.4 ms"),
        (0.25, "250 ms"),
        (4.21, "4.2 s"),
        (42.4, "42 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
    ],
)
def test_durations_are_short(value: Any, text: str):
    assert studio.duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (336776, "336,776"),
        (0.123456, "0.1235"),
        (12.0, "12"),
        (123456.7, "123,457"),
        (float("nan"), "nan"),
        ("x", "x"),
        (True, "yes"),
    ],
)
def test_numbers_keep_what_matters(value: Any, text: str):
    assert studio.number(value) == text


def test_times_say_how_long_ago_and_carry_the_exact_moment():
    moment = timezone.now() - timedelta(minutes=3, seconds=5)
    assert "3 minutes ago" in studio.ago(moment)
    assert moment.isoformat() in studio.ago(moment)


def test_a_state_says_its_word_its_reason_and_since_when():
    html = studio.state("failed", "The column <b> is missing.", timezone.now())
    assert 'data-state="failed"' in html
    assert "Failed" in html
    assert "The column &lt;b&gt; is missing." in html
    assert "since" in html


@pytest.mark.parametrize("name", sorted({*RunState.values, *StepState.values}))
def test_every_state_has_an_icon_and_a_word(name: str):
    assert name in STATE_ICONS
    assert name in studio._state_words()


def test_icons_are_hidden_from_screen_readers_unless_they_are_named():
    assert 'aria-hidden="true"' in studio.icon("home")
    assert 'aria-label="Home"' in studio.icon("home", "Home")


def test_commands_in_sentences_are_code_and_nothing_else_is_markup():
    assert studio.with_code("`mlops up` starts <one>.") == "<code>mlops up</code> starts &lt;one&gt;."
    assert studio.with_code("A lone ` stays.") == "A lone ` stays."


def test_why_a_state_is_so_is_told_in_the_readers_language():
    with translation.override("de"):
        assert "2 Schritte fertig." in studio.state("completed", "2 steps done.")


def test_facts_of_an_event_leave_out_what_is_empty():
    data = {"name": "prices", "models": ["prices:1", "others:2"], "speed": 71.372192, "count": 0, "tags": {}, "why": ""}
    told = [("name", "prices"), ("models", "prices:1, others:2"), ("speed", "71.3722"), ("count", "0")]
    assert studio.facts(data | {"metrics": {"accuracy": 0.9}}) == [*told, ("metrics", '{"accuracy": 0.9}')]
