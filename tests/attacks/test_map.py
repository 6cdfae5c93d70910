"""The page about attacks says what is: its tests exist, and it names every vulnerability that a test names."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"CVE-20\d\d-\d{4,6}")
HERE = [one for one in Path(__file__).parent.glob("test_*.py") if one.name != "test_map.py"]


def test_each_test_that_the_page_names_exists():
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE))
    assert named
    assert [one for one in sorted(named) if not (ROOT / one).is_file()] == []


def test_each_class_has_a_test_and_each_test_its_class():
    rows = [line for line in PAGE.splitlines() if line.startswith("| **")]
    assert len(rows) >= 12
    assert [row[:40] for row in rows if "`tests/" not in row] == []
    assert [one.name for one in HERE if f"`tests/attacks/{one.name}`" not in PAGE] == []
    assert [one.name for one in HERE if '"""Class: ' not in one.read_text(encoding="utf-8")] == []


def test_each_vulnerability_that_a_test_names_is_on_the_page():
    named = {number for one in HERE for number in NUMBER.findall(one.read_text(encoding="utf-8"))}
    assert named - set(NUMBER.findall(PAGE)) == set()
    assert len(set(NUMBER.findall(PAGE))) > 50
