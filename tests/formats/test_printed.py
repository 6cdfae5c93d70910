"""Which printed lines are metrics."""

from __future__ import annotations

import pytest

from mlops.formats.printed import metrics_in


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("accuracy: 0.93", {"accuracy": 0.93}),
        ("  val_loss=1e-3  ", {"val_loss": 0.001}),
        ("Mean squared error: 12", {"Mean squared error": 12.0}),
        ("loss: 0.5 - accuracy: 0.9", {"loss": 0.5, "accuracy": 0.9}),
        ("rmse=0.1, r2=.5", {"rmse": 0.1, "r2": 0.5}),
        ("a=1 b=2", {"a": 1.0, "b": 2.0}),
        ('{"f1": 0.5, "n": 3}', {"f1": 0.5, "n": 3.0}),
        ("Epoch 3: 0.5", {}),
        ("12:30", {}),
        ("accuracy: 0.93 (best)", {}),
        ("saved to /tmp: 3 files", {}),
        ('{"ok": true}', {}),
        ('{"a": {"b": 1}}', {}),
        ("version: 1.2.3", {}),
        ("host: 127.0.0.1", {}),
        ("", {}),
    ],
)
def test_a_line_is_a_metric_where_it_says_nothing_else(line: str, found: dict[str, float]) -> None:
    assert metrics_in(line) == found
