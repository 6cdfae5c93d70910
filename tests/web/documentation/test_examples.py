"""What the guides tell people to type is taken by the commands that there are."""

from __future__ import annotations

import argparse
import ast
import importlib
import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import pandas
import pytest

from mlops.client.main import GROUPS
from mlops.formats.function import read_function
from mlops.web.documentation.shelf import pages
from mlops.web.reference.commands import parser

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NEEDS_OTHERS = re.compile(r"\b[Cc]lient\b|mlflow|torch|Webhook")
NAMES = {one.name for one in GROUPS}


def blocks(*languages: str) -> Iterator[tuple[str, str]]:
    for page in pages().values():
        if not page.path.startswith(("reference/", "events/")):
            for language, text in FENCE.findall(page.text):
                if language in languages:
                    yield page.path, text


def commands() -> Iterator[tuple[str, str]]:
    for path, text in blocks("sh", "bash", ""):
        for line in text.replace("\\\n", " ").splitlines():
            if found := re.match(r"(?:\$ )?(?:\.venv/bin/)?mlops (.*)", line.strip()):
                yield path, found[1]


def in_the_text() -> Iterator[tuple[str, str]]:
    for page in pages().values():
        if not page.path.startswith(("reference/", "events/")):
            plain = re.sub(r"^```.*?^```", "", page.text, flags=re.MULTILINE | re.DOTALL)
            yield from ((page.path, found) for found in re.findall(r"`mlops ([^`]+)`", plain))


def fault(line: str) -> str:
    words = list(takewhile(lambda word: word not in ("|", ">", "&&"), shlex.split(line, comments=True)))
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


@pytest.mark.parametrize(("path", "line"), sorted({*commands(), *in_the_text()}))
def test_commands_in_guides_are_there(path, line):
    assert not fault(line), f"{path}: mlops {line}: {fault(line)}"


@pytest.mark.parametrize(("path", "text"), list(blocks("python")))
def test_python_in_guides_compiles(path, text):
    compile(text, path, "exec")


@pytest.mark.parametrize(("path", "text"), list(blocks("python")))
def test_what_python_in_guides_imports_of_ours_is_there(path, text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mlops"):
            module = importlib.import_module(node.module)
            assert not [one.name for one in node.names if not hasattr(module, one.name)], path


@pytest.mark.parametrize(("path", "text"), [one for one in blocks("python") if not NEEDS_OTHERS.search(one[1])])
def test_python_in_guides_that_needs_nobody_runs(path, text):
    names: dict[str, Any] = {}
    exec(compile(text, path, "exec"), names)  # noqa: S102 - our own text
    if adults := names.get("keep_adults"):
        assert adults(pandas.DataFrame({"age": [17, 18, 40]}))["age"].tolist() == [18, 40]
    if run := names.get("run"):
        run(None)


def test_functions_in_guides_are_components():
    functions = [text for path, text in blocks("python") if path == "guides/components.md"]
    assert [read_function(one, group="Own").function for one in functions] == ["keep_adults"]


@pytest.mark.parametrize("line", ["jobb list", "job lst", "job list --stat failed"])
def test_an_example_that_is_wrong_is_told(line):
    assert fault(line)
