"""README, CONTRIBUTING and CHANGELOG are true: links lead somewhere, commands are there, packages are named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mlops
from tests.web.documentation.test_examples import FENCE, fault

ROOT = Path(mlops.__file__).parents[1]
NO_PACKAGES = {"__pycache__", "static"}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(name):
    targets = [href.partition("#")[0] for href in re.findall(r"\]\(([^)\s]+)\)", text_of(name))]
    assert not [one for one in targets if not one.startswith("http") and not (ROOT / one).exists()]


def test_commands_of_the_readme_are_there():
    lines = [line for _language, block in FENCE.findall(text_of("README.md")) for line in block.splitlines()]
    commands = [line.removeprefix("mlops ") for line in lines if line.startswith("mlops ")]
    assert len(commands) > 5
    assert not [found for one in commands if (found := fault(one))]


def test_contributing_names_every_package():
    there = {one.parent.name for one in Path(mlops.__file__).parent.glob("*/__init__.py")} - NO_PACKAGES
    named = set(re.findall(r"`mlops\.(\w+)`", text_of("CONTRIBUTING.md")))
    assert not there - named
