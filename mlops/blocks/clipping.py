"""How Clip Values learns its thresholds, and clips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from mlops.blocks.figures import Figures


def bounds(numbers: Figures, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """`upper` and `lower` (None: no bound) with what is put in place of values beyond (None: missing)."""
    state: dict[str, Any] = {}
    wanted = parameters["set_of_thresholds"]
    for side, unwanted in (("upper", "clip_subpeaks"), ("lower", "clip_peaks")):
        bound = None if wanted == unwanted else _bound(numbers, parameters, side)
        state[side] = bound
        state[f"{side}_value"] = _substitute(numbers, parameters[f"{side}_substitute_value"], bound)
    return state


def clipped(frame: pl.DataFrame, state: Mapping[str, Any]) -> pl.DataFrame:
    """One column: the clipped values, or with `mark` whether they were clipped. A gap is never clipped."""
    values = pl.col(frame.columns[0]).cast(pl.Float64)
    too_high = pl.lit(False) if state["upper"] is None else values > state["upper"]
    too_low = pl.lit(False) if state["lower"] is None else values < state["lower"]
    if state.get("mark"):
        return frame.select((too_high | too_low).fill_null(False) & values.is_not_null())
    high, low = (pl.lit(state[f"{side}_value"], dtype=pl.Float64) for side in ("upper", "lower"))
    return frame.select(pl.when(too_high).then(high).when(too_low).then(low).otherwise(values))


def _bound(numbers: Figures, parameters: Mapping[str, Any], side: str) -> float | None:
    if parameters["threshold"] == "constant":
        return float(parameters[f"constant_value_of_{side}_threshold"])
    share = parameters[f"percentile_value_of_{side}_threshold"] / 100
    found: Any = numbers.quantile(share)
    return None if found is None else float(found)


def _substitute(numbers: Figures, kind: str, bound: float | None) -> float | None:
    if kind == "threshold":
        return bound
    if kind == "missing":
        return None
    found: Any = numbers.mean() if kind == "mean" else numbers.median()
    return None if found is None else float(found)
