"""Runs components as the step process does, on small tables made here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from mlops.blocks.execution import execute
from mlops.blocks.values import Table, Value, new_table, read_value, write_value
from mlops.formats.step import StepOrder

REGRESSION = ("linear_regression", "boosted_decision_tree_regression")
TWO_CLASS = ("two_class_logistic_regression", "two_class_boosted_decision_tree")
MULTICLASS = ("multiclass_logistic_regression",)
LEARNERS = REGRESSION + TWO_CLASS + MULTICLASS
LABELS = dict.fromkeys(REGRESSION, "price") | dict.fromkeys(TWO_CLASS, "sold") | dict.fromkeys(MULTICLASS, "make")


def cars(rows: int = 120, *, gaps: bool = False) -> pl.DataFrame:
    """Every column type; `price` follows from the others, `sold` and `make` nearly do."""
    draw = np.random.default_rng(7)
    power = draw.integers(50, 200, rows)
    weight = draw.normal(1200, 150, rows).round(1)
    make = np.array(["audi", "bmw", "fiat"])[(power // 50 - 1).clip(0, 2)]
    frame = pl.DataFrame(
        {
            "make": make,
            "power": power,
            "weight": weight,
            "turbo": draw.random(rows) < 0.3,
            "built": [datetime(2020, 1, 1) + timedelta(days=int(day)) for day in draw.integers(0, 900, rows)],
            "price": power * 100.0 + weight * 3 + draw.normal(0, 50, rows),
            "sold": np.where(power + draw.normal(0, 20, rows) > 120, "yes", "no"),
        }
    )
    if not gaps:
        return frame
    missing = pl.int_range(pl.len()) % 9 == 3
    return frame.with_columns(
        pl.when(~missing).then(pl.col(name)).alias(name) for name in ("make", "power", "weight", "turbo", "built")
    )


class Reporter:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.metrics: dict[str, float] = {}

    def log(self, text: str) -> None:
        self.lines.append(text)

    def progress(self, share: float) -> None:
        assert 0 <= share <= 1

    def metric(self, key: str, value: float) -> None:
        self.metrics[key] = value


class Workshop:
    """A folder in which values lie and steps run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.count = 0
        self.report = Reporter()

    def put(self, value: Value | pl.DataFrame) -> Path:
        folder = self._folder()
        write_value(new_table(value, sources=("cars:1",)) if isinstance(value, pl.DataFrame) else value, folder)
        return folder

    def run(self, component: str, parameters: Mapping[str, Any] | None = None, **inputs: Path) -> dict[str, Path]:
        from mlops.blocks.catalogue import component as definition

        folder = self._folder()
        outputs = {port.name: folder / port.name for port in definition(component).outputs}
        order = StepOrder(
            run="1",
            node="n",
            component=component,
            version="1",
            title=component,
            parameters=dict(parameters or {}),
            inputs={port: str(path) for port, path in inputs.items()},
            outputs={port: str(path) for port, path in outputs.items()},
            work_dir=str(folder / "work"),
        )
        execute(order, self.report)
        return outputs

    def table(self, folder: Path) -> Table:
        value = read_value(folder, "table")
        assert isinstance(value, Table)
        return value

    def trained(self, learner: str, data: Path, *, label: str | None = None, **parameters: Any) -> Path:
        untrained = self.run(learner, parameters)["untrained_model"]
        chosen = {"label_column": label or LABELS[learner]}
        return self.run("train_model", chosen, untrained_model=untrained, dataset=data)["trained_model"]

    def _folder(self) -> Path:
        self.count += 1
        return self.root / str(self.count)


def digest(folder: Path) -> dict[str, str]:
    """Of every file in a folder."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}
