"""Python functions read as components."""

from __future__ import annotations

import pytest

from mlops.formats.function import read_function
from mlops.formats.refusal import Refusal

SOURCE = '''
import pandas as pd
from pathlib import Path
from typing import Literal

@component(title="Cap prices", labels={"limit": "Highest price"}, outputs=["capped", "report"])
def cap(
    table: pd.DataFrame, extra: pd.DataFrame | None = None, *, limit: float = 100, how: Literal["clip", "drop"] = "clip"
) -> tuple[pd.DataFrame, Path]:
    """Keeps prices below a limit.

    Args:
        limit: prices above it are changed
    """
    raise SystemExit("reading must not run this")

raise SystemExit("nor this")
'''


def test_annotations_become_ports_and_parameters():
    read = read_function(SOURCE, group="Mine").component
    assert [(port.name, port.type, port.optional) for port in read.inputs] == [
        ("table", "table", False),
        ("extra", "table", True),
    ]
    assert [(port.name, port.type) for port in read.outputs] == [("capped", "table"), ("report", "any")]
    limit, how = read.parameters
    assert (limit.label, limit.type, limit.default, limit.help) == (
        "Highest price",
        "decimal",
        100.0,
        "prices above it are changed",
    )
    assert [choice.value for choice in how.choices] == ["clip", "drop"]


def test_title_and_help_come_from_decorator_and_docstring():
    read = read_function(SOURCE, group="Mine").component
    assert (read.title, read.help) == ("Cap prices", "Keeps prices below a limit.")


@pytest.mark.parametrize(
    ("source", "code", "word"),
    [
        ("def f(a) -> None: pass", "annotation_missing", "Line 1"),
        ("def f(a: list) -> None: pass", "annotation_unknown", "list"),
        ("def f(a: int): pass", "return_missing", "returns"),
        ("def f(:", "script_syntax", "Line 1"),
        ("x = 1", "function_missing", "no function"),
        ("def a() -> None: pass\ndef b() -> None: pass", "function_ambiguous", "a, b"),
        ("def a(*rows) -> None: pass", "argument_open", "*args"),
        ("@component(titel='x')\ndef a() -> None: pass", "decorator_unknown", "titel"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_place(source, code, word):
    with pytest.raises(Refusal) as refused:
        read_function(source, group="Mine")
    assert refused.value.code == code
    assert word in refused.value.message
