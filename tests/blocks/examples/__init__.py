"""One file a component, `<component>.py` with an `EXAMPLE`: how the conformance suite uses it. Found by its name.

A component without a file gets its defaults, and the cars at its first input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from mlops.blocks.catalogue import component
from tests.blocks.cars import cars

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop

MODULES = {"xgboost": "xgboost", "text": "gensim", "vowpal-wabbit": "vowpalwabbit", "deep": "torch"}
"""What each optional part of the product installs."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What must be refused: parameters that are laid over the example's, another table, or both."""

    code: str
    parameters: dict[str, Any] = field(default_factory=dict)
    frame: Callable[[], pl.DataFrame] | None = None


@dataclass(frozen=True, kw_only=True)
class Example:
    parameters: dict[str, Any] = field(default_factory=dict)
    frame: Callable[[], pl.DataFrame] = cars
    """The table for `data`."""
    inputs: Callable[[Workshop, Path], dict[str, Path]] | None = None
    """Folders by input port; `data` is the folder of `frame`, or of an odd table. Default: `data` at the first."""
    needs_every_column: bool = False
    """It refuses a table without the columns `make` and `power`."""
    takes_odd_tables: bool = True
    """Its input is a table of any columns, so that the suite's odd tables make sense."""
    learns_from_odd_tables: bool = True
    """Of a learner: the suite trains it on odd tables; off for what takes minutes."""
    repeats: bool = True
    """Two runs give equal bytes."""
    faults: tuple[Fault, ...] = ()
    unavailable: Callable[[], str] = lambda: ""
    """Why it cannot run on this machine, such as a missing interpreter; empty where it can."""


def example_of(name: str) -> Example:
    module = f"{__name__}.{name}"
    return import_module(module).EXAMPLE if find_spec(module) else Example()


def why_not_here(name: str) -> str:
    """Why a component cannot run on this machine, or nothing."""
    extra = component(name).extra
    module = MODULES.get(extra, extra)
    if module and find_spec(module) is None:
        return f"'{extra}' is not installed"
    return example_of(name).unavailable()


def run_example(
    workshop: Workshop, name: str, data: Path | None = None, parameters: dict[str, Any] | None = None
) -> dict[str, Path]:
    """Runs a component as its example says, on `data` or its own table; `parameters` are laid over the example's."""
    example = example_of(name)
    return workshop.run(name, example.parameters | (parameters or {}), **inputs_of(workshop, name, data))


def inputs_of(workshop: Workshop, name: str, data: Path | None = None) -> dict[str, Path]:
    example, ports = example_of(name), component(name).inputs
    if not ports:
        return {}
    folder = data or workshop.put(example.frame())
    return example.inputs(workshop, folder) if example.inputs else {ports[0].name: folder}
