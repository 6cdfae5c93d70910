"""Optional parts of the product: what is missing is said, with the command that installs it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from mlops.blocks.catalogue import components
from mlops.blocks.extras import MODULES, is_installed, missing_extra
from mlops.formats.component import Component

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
TELEPATHY = Component(
    name="telepathy", version="1", title="Telepathy", group="Regression", help="", extra="mind-reading"
)


def test_a_component_without_its_optional_part_names_the_command() -> None:
    found = missing_extra(TELEPATHY, {"mind-reading": ("no_such_module",)})
    assert found is not None
    assert found.code == "extra_missing"
    assert found.severity == "error"
    assert "pip install 'mlops-studio[mind-reading]'" in found.hint


def test_a_component_with_its_optional_part_has_no_problem() -> None:
    assert missing_extra(TELEPATHY, {"mind-reading": ("json",)}) is None
    assert is_installed("")


def test_every_extra_of_a_component_can_be_installed() -> None:
    offered = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    assert {each.extra for each in components() if each.extra} <= set(MODULES)
    assert set(MODULES) <= set(offered)
