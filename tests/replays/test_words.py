"""What a replay's page says in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string


@pytest.mark.parametrize(("count", "told"), [(1, "Request 4: 1 difference<"), (2, "Request 4: 2 differences<")])
def test_differences_are_counted_in_the_words_for_one_and_for_many(count, told):
    replay = SimpleNamespace(state="completed", reason="", state_since=None, hint="", is_final=True)
    found = [{"path": "price", "before": 1, "after": 2}] * count
    report = {"requests": 1, "differing": 1, "examples": [{"number": 4, "differences": found, "request": "{}"}]}
    assert told in render_to_string("web/replays/_replay.html", {"replay": replay, "report": report})
