"""The reference is what the code makes, and the code says a word of everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.translation import override

from mlops.access.catalogue import ACTIONS, SERVER_ACTIONS
from mlops.blocks.catalogue import components
from mlops.client.main import GROUPS
from mlops.env import VARIABLES
from mlops.web.reference.commands import arguments, leaves, parser, verbs
from mlops.web.reference.documents import documents
from mlops.web.reference.tables import table

FOLDER = Path(__file__).parents[3] / "docs" / "reference"


def test_the_reference_is_written_from_the_code():
    kept = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.md")}
    assert kept == documents(), "run: python -m mlops.web.reference docs/reference"


def test_the_reference_is_english_whatever_is_spoken():
    with override("de"):
        assert documents()["roles.md"] == (FOLDER / "roles.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [one.name for one in GROUPS])
def test_every_command_and_option_says_what_it_is_for(name):
    for command, text in leaves(parser(name), "itself"):
        assert text, f"{command.prog} has no help"
        silent = [one.option_strings or one.dest for one in arguments(command) if not one.help]
        assert not silent, f"{command.prog}: {silent} have no help"
    assert all(text for _, text, _ in verbs(parser(name)))


def test_every_setting_and_action_says_what_it_is_for():
    assert not [one.name for one in VARIABLES if len(one.help) < 5]
    assert not [one.name for one in (*ACTIONS, *SERVER_ACTIONS) if not (str(one.title) and str(one.help))]


def test_every_component_and_parameter_says_what_it_is_for():
    for one in components():
        assert "Example" in one.help, one.name
        assert not [parameter.name for parameter in one.parameters if not parameter.help], one.name


def test_a_bar_in_a_cell_does_not_end_it():
    assert table(("a", "b"), [("x|y", "two\nlines")])[-2] == "| x\\|y | two lines |"
