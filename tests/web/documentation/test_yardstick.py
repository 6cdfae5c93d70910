"""For every row of the yardstick the documentation says where it is: a page, a command, a guide."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve

from mlops.web.documentation.shelf import pages
from tests.web.documentation.test_examples import fault

NUMBERS = {"S": 8, "P": 31, "E": 9, "M": 10, "K": 8, "D": 21, "G": 15, "N": 4, "O": 3, "F": 3, "R": 2, "C": 4, "Q": 1}
COMPLAINTS = 56
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.*) \|$", re.MULTILINE)
ROWS = {name: line.split(" | ") for name, line in ROW.findall(pages()["guides/yardstick"].text)}
PROMISES = {f"{letter}{number}" for letter, most in NUMBERS.items() for number in range(1, most + 1)}


def test_every_row_is_there_and_no_other():
    assert set(ROWS) == PROMISES | {f"L{number}" for number in range(1, COMPLAINTS + 1)}


@pytest.mark.parametrize("row", sorted(PROMISES))
def test_a_row_names_a_page_a_command_and_a_guide(row):
    _promise, _here, page, command, how = ROWS[row]
    assert resolve(page.strip("`"))
    assert not fault(command.strip("`").removeprefix("mlops "))
    assert "](" in how


def test_a_complaint_has_an_answer_and_a_place():
    short = {row for row in ROWS if row[0] == "L" and (len(ROWS[row]) != 3 or "](" not in ROWS[row][2])}
    assert not short
