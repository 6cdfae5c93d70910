"""What the guides tell people to type is taken by the commands that there are."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from mlops.client.main import GROUPS
from mlops.web.documentation.shelf import pages
from mlops.web.reference.commands import parser

FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMES = {one.name for one in GROUPS}


def blocks(*languages: str) -> Iterator[tuple[str, str]]:
    for page in pages().values():
        if not page.path.startswith(("reference/", "events/")):
            for language, text in FENCE.findall(page.text):
                if language in languages:
                    yield page.path, text


def commands() -> Iterator[tuple[str, str]]:
    for path, text in blocks("sh", "bash"):
        for line in text.replace("\\\n", " ").splitlines():
            if found := re.match(r"(?:\$ )?(?:\.venv/bin/)?mlops (.*)", line.strip()):
                yield path, found[1]


def fault(line: str) -> str:
    words = shlex.split(line.split(" | ")[0].split(" > ")[0], comments=True)
    if words[0].startswith("-"):
        return ""
    if words[0] not in NAMES:
        return f"there is no command {words[0]}"
    at: argparse.ArgumentParser = parser(words[0])
    for word in words[1:]:
        nested = next((one for one in at._actions if isinstance(one, argparse._SubParsersAction)), None)
        if nested is None:
            break
        if word.startswith("-"):
            continue
        if word not in nested.choices:
            return f"{at.prog} has no {word}"
        at = nested.choices[word]
    options = {option for one in at._actions for option in one.option_strings}
    given = [word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)]
    unknown = [word for word in given if word not in options]
    return f"{at.prog} takes no {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize(("path", "line"), sorted(set(commands())))
def test_commands_in_guides_are_there(path, line):
    assert not fault(line), f"{path}: mlops {line}: {fault(line)}"


@pytest.mark.parametrize(("path", "text"), list(blocks("python")))
def test_python_in_guides_compiles(path, text):
    compile(text, path, "exec")


@pytest.mark.parametrize("line", ["jobb list", "job lst", "job list --stat failed"])
def test_an_example_that_is_wrong_is_told(line):
    assert fault(line)
