"""Kernel SHAP of any model (Lundberg and Lee, A unified approach to interpreting model predictions, 2017), by shap.

Its cells are places in a pool of rows, so that texts, dates and missing values are exchanged as they are."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import polars as pl

from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import OpenModel
from mlops.explanations.computing.walks import Tell, gathered


def contributions(
    model: OpenModel, rows: pl.DataFrame, background: pl.DataFrame, *, seed: int, deadline: float, tell: Tell
) -> Found:
    import shap

    names = list(model.names)
    pool = pl.concat([background.select(names), rows.select(names)])
    usual = np.repeat(np.arange(background.height)[:, None], len(names), axis=1).astype(np.float64)
    starts, ends = model.numbers(background), model.numbers(rows)

    def answers(codes: Any) -> Any:
        return model.numbers(gathered(pool, np.asarray(codes).astype(np.int64)))

    np.random.seed(seed)
    explainer = shap.KernelExplainer(answers, usual)
    found: list[Any] = []
    for row in range(rows.height):
        code = np.full((1, len(names)), background.height + row, dtype=np.float64)
        shaped = np.asarray(explainer.shap_values(code, silent=True, l1_reg=0), dtype=np.float64)
        found.append(shaped.reshape(len(names), -1))
        tell((row + 1) / rows.height)
        if time.monotonic() > deadline:
            break
    return Found(
        kind="kernel",
        method="Kernel SHAP of the model as it answers, computed by shap",
        unit=model.unit,
        values=np.stack(found),
        base=starts.mean(axis=0),
        answers=ends[: len(found)],
        tolerance=1e-4,
    )
