"""The page of the data directory names all that the code puts there."""

from __future__ import annotations

import re
from pathlib import Path

import mlops
from mlops.web.documentation.shelf import pages

PLACE = re.compile(r'(?:DATA_DIR\)?|data_dir\([a-z]*\)) / "([a-z.0-9_-]+)"')
OF_TESTS = {"test.sqlite3"}


def test_all_that_lies_in_the_data_directory_is_on_its_page():
    files = Path(mlops.__file__).parent.rglob("*.py")
    used = {name for file in files for name in PLACE.findall(file.read_text(encoding="utf-8"))} - OF_TESTS
    told = set(re.findall(r"`([^`]+)`", pages()["guides/on-disk"].text))
    assert len(used) > 20
    assert not used - told
