"""An explanation that somebody's own code computed, as plain JSON: the shapes are those of shap's Explanation."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.explanation import Unit

One = float | None
"""A number; null where there is none."""


class BroughtExplanation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers are [row][column], or [row][column][output] where the model has several. Given are `contributions`, or
    `importance` alone, which is then global: by column, or by column and output."""

    columns: tuple[str, ...]
    name: str = ""
    comment: str = ""
    method: str = ""
    """Such as `TreeExplainer of shap 0.49`."""
    model: str = ""
    """A version, as `name:number`, which is explained."""
    outputs: tuple[str, ...] = ("prediction",)
    """Names of classes, or of what is predicted."""
    task: str = ""
    """Such as regression, two_class or multiclass."""
    unit: Unit = "prediction"
    """What contributions add up to."""
    base: float | tuple[float, ...] = ()
    """By output: what the model answers on average (the expected value)."""
    contributions: tuple[tuple[One | tuple[One, ...], ...], ...] = ()
    importance: tuple[float | tuple[float, ...], ...] = ()
    rows: tuple[dict[str, Any] | tuple[Any, ...], ...] = ()
    """The rows' values: by column name, or in the order of the columns."""
    answers: tuple[float | tuple[float, ...], ...] = ()
    """What the model answered, by row, in the unit of the contributions: whether they add up to it is checked."""
    total_rows: int = 0
    """How many rows there were, of which these are a part."""
    source: str = ""
    """Where the rows come from, in words."""
    engineered: bool = False
    """The columns are those that the estimator gets, instead of those of the dataset."""
