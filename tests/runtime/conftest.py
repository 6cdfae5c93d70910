"""A runner with a warm zygote for all tests, and orders to give it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mlops.formats.step import Limits, StepOrder, StepReport
from mlops.runtime.runner import Runner
from mlops.runtime.running import RunningStep

Ordering = Callable[..., StepOrder]


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    warm = Runner()
    warm.warm()
    yield warm
    warm.stop()


@pytest.fixture
def script(tmp_path: Path) -> Ordering:
    """Orders an Execute Python Script whose body is the given text, on a table of four rows."""
    (tmp_path / "in").mkdir()
    pl.DataFrame({"a": [1, 2, 3, 4]}).write_parquet(tmp_path / "in" / "data.parquet")

    def order(*body: str, limits: Limits | None = None, **parameters: Any) -> StepOrder:
        text = "def azureml_main(dataframe1=None, dataframe2=None):\n" + "\n".join(f"    {line}" for line in body)
        (tmp_path / "work").mkdir()
        return StepOrder(
            run="r",
            node="script",
            component="execute_python_script",
            version="1",
            title="My script",
            parameters={"python_script": text, **parameters},
            inputs={"dataset1": str(tmp_path / "in")},
            outputs={"result_dataset": str(tmp_path / "out")},
            work_dir=str(tmp_path / "work"),
            limits=limits or Limits(),
        )

    return order


def ended(step: RunningStep, seconds: float = 30) -> StepReport:
    deadline = time.monotonic() + seconds
    while (report := step.poll()) is None:
        assert time.monotonic() < deadline, "the step did not end"
        step.wait(0.1)
    return report


def said(step: RunningStep) -> list[str]:
    lines: list[str] = []
    while news := step.news():
        lines += [line.text for line in news if line.kind == "log"]
    return lines
