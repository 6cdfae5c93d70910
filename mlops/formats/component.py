"""The definition of a component: its ports and parameters, and how its schema problems are told."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.refusal import Where
from mlops.formats.table import TableSchema

PortType = Literal["table", "untrained_model", "model", "transformation", "image_directory", "zip", "any"]

ParameterType = Literal[
    "string", "text", "integer", "decimal", "boolean", "choice", "range", "column", "columns", "script", "dataset"
]
"""`text` has several lines; `column` holds one name; `columns` holds a ColumnSelection in JSON form; `range` holds the
values to try as text, `16; 32; 64`; `script` is source code in the parameter's `language`."""


class Port(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    type: PortType
    label: str
    optional: bool = False
    help: str = ""
    tasks: tuple[str, ...] = ()
    """Of an input for learners or models: the tasks that fit; of an output, those that it may give; empty means all."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    label: str


class Parameter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    type: ParameterType
    label: str
    help: str = ""
    default: Any = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    choices: tuple[Choice, ...] = ()
    port: str = ""
    """For column pickers: the input port whose columns are offered."""
    only_types: tuple[str, ...] = ()
    """For column pickers: the column types that fit; empty means all."""
    language: Literal["python", "sql", "r"] = "python"
    """Of a script."""
    visible_if: dict[str, tuple[Any, ...]] = {}
    """Shown (and required) only while each named parameter has one of the given values."""


class Component(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    version: str
    title: str
    group: str
    help: str
    """Markdown that a person who does not program understands: what it does, when to use it, an example."""
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    deterministic: bool = True
    task: str = ""
    """Of a learner: one of mlops.formats.model.Task."""
    framework: str = "scikit-learn"
    """Of a learner: the package whose estimator it trains."""
    tolerates_missing: bool = False
    """Of a learner: it learns and scores with gaps in its columns."""
    extra: str = ""
    """The optional part of the product that it needs (`pip install 'mlops-studio[<extra>]'`), or empty."""
    training_only: bool = False
    """Changes which rows there are, such as SMOTE: an inference pipeline goes on from its first table instead."""

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)

    def defaults(self) -> dict[str, Any]:
        return {p.name: p.default for p in self.parameters}


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of *With rules*: include or exclude by name, 1-based index range, type, or all."""

    action: Literal["include", "exclude"] = "include"
    by: Literal["names", "indices", "types", "all"] = "names"
    names: tuple[str, ...] = ()
    indices: str = ""
    """Such as `1-3,5`."""
    types: tuple[str, ...] = ()
    """Column types, and also `numeric` (integer or decimal), `categorical`, `feature`, `label`."""


class ColumnSelection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """*By name*: `names`. *With rules*: `begin_with` and `rules`, applied in order."""

    mode: Literal["names", "rules"] = "names"
    names: tuple[str, ...] = ()
    begin_with: Literal["all", "none"] = "none"
    rules: tuple[Rule, ...] = ()


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a port's value before anything runs. `table` is None where it cannot be known."""

    type: PortType
    table: TableSchema | None = None
    task: str = ""
    """Of a learner or a model."""
    algorithm: str = ""
    """Of a learner or a model: the component that made it."""
    label: str = ""
    """Of a model: the label column."""
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    ranged: bool = False
    """Of a learner: some parameters have several values to try."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something wrong in a drawing. An `error` blocks the submit, a `warning` does not."""

    code: str
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"
    where: Where = Where()


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """What a component says of its outputs and of its faults, from parameters and input shapes alone."""

    outputs: dict[str, Shape] = {}
    problems: tuple[Problem, ...] = ()
