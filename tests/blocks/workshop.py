"""Runs components as the step process does, on small tables made here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from mlops.blocks.catalogue import component, components
from mlops.blocks.execution import execute
from mlops.blocks.values import Table, Value, new_table, read_value, write_value
from mlops.formats.step import StepOrder
from tests.blocks.cars import cars
from tests.blocks.examples import example_of, inputs_of

__all__ = ["LABELS", "LEARNERS", "Workshop", "cars", "digest"]

LABEL_OF_TASK = {"regression": "price", "quantile": "price", "two_class": "sold", "multiclass": "make"}
LABELS = {each.name: LABEL_OF_TASK[each.task] for each in components() if each.task in LABEL_OF_TASK}
"""Every learner of these tasks, with the column of the cars that it learns to predict."""
LEARNERS = tuple(LABELS)


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

    def run(self, name: str, parameters: Mapping[str, Any] | None = None, **inputs: Path) -> dict[str, Path]:
        folder = self._folder()
        outputs = {port.name: folder / port.name for port in component(name).outputs}
        order = StepOrder(
            run="1",
            node="n",
            component=name,
            version=component(name).version,
            title=name,
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

    def untrained(self, learner: str, **parameters: Any) -> Path:
        chosen = example_of(learner).parameters | parameters
        return self.run(learner, chosen, **inputs_of(self, learner))["untrained_model"]

    def trained(self, learner: str, data: Path, *, label: str | None = None, **parameters: Any) -> Path:
        untrained = self.untrained(learner, **parameters)
        chosen = {"label_column": label or LABELS[learner]}
        return self.run("train_model", chosen, untrained_model=untrained, dataset=data)["trained_model"]

    def model(self, learner: str, data: Path, **parameters: Any) -> Path:
        """Trained by the step that fits the learner's task; a clustering goes by `make`, `power` and `weight`."""
        task = component(learner).task
        if task not in ("clustering", "anomaly"):
            return self.trained(learner, data, **parameters)
        trainer = {"clustering": "train_clustering_model", "anomaly": "train_anomaly_detection_model"}[task]
        chosen = {"column_set": ["make", "power", "weight"]} if task == "clustering" else {}
        untrained = self.untrained(learner, **parameters)
        return self.run(trainer, chosen, untrained_model=untrained, dataset=data)["trained_model"]

    def _folder(self) -> Path:
        self.count += 1
        return self.root / str(self.count)


def digest(folder: Path) -> dict[str, str]:
    """Of every file in a folder."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}
