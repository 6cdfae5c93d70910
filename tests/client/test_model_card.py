"""Cards and comparisons by the command, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.conftest import Mlops
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_card_is_written_from_a_file_and_exported(signed_in: Mlops, owner, project, tmp_path: Path):
    registered(owner, project)
    (tmp_path / "card.md").write_text("Used cars only.")
    made = signed_in("model", "card", "-n", "prices", "-f", str(tmp_path / "card.md"), "--reason", "a start")
    assert made.value["card"] == "Used cars only."
    signed_in("model", "card", "-n", "prices", "--as", "html", "-p", str(tmp_path))
    assert "<p>Used cars only.</p>" in (tmp_path / "prices-1-card.html").read_text()
    assert signed_in("model", "card", "-n", "prices", "--edits").value[0]["reason"] == "a start"
    assert signed_in("model", "card", "-n", "prices", "--whole-model").value["card"] == ""


def test_versions_are_compared_in_a_table(signed_in: Mlops, owner, project):
    registered(owner, project, metrics={"auc": 0.91})
    registered(owner, project, metrics={"auc": 0.95})
    rows = signed_in("model", "compare", "-n", "prices").value
    assert {"part": "metrics", "name": "auc", "prices:1": 0.91, "prices:2": 0.95} in rows
    table = signed_in("model", "compare", "-n", "prices", "-v", "1", "2", "-o", "table").out
    assert "PRICES:2" in table
