"""A parallel job in this process: its step's order, and what it reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlops.blocks.custom.parallel.running import run_parallel
from mlops.formats.component import Component, Parameter, Port
from mlops.formats.definition import Definition, Parallel
from mlops.formats.parallel import ParallelPlan
from mlops.formats.step import StepOrder


class Told:
    def __init__(self) -> None:
        self.metrics: dict[str, float] = {}
        self.shares: list[float] = []

    def log(self, text: str) -> None:
        pass

    def progress(self, share: float) -> None:
        self.shares.append(share)

    def metric(self, key: str, value: float) -> None:
        self.metrics[key] = value


@pytest.fixture
def run_script(tmp_path):
    """Runs the script over the folder; the text that was appended, and what was told."""

    def ran(script: str, data: Path, *, form: str = "uri_folder", arguments: str = "", **plan: Any) -> tuple[str, Told]:
        for name in ("code", "work", "made"):
            (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / "code" / "score.py").write_text(script)
        component = Component(
            name="score",
            version="1",
            title="Score",
            group="",
            help="",
            inputs=(Port(name="data", type="any", label="Data"),),
            outputs=(Port(name="results", type="any", label="Results"),),
            parameters=(Parameter(name="factor", type="decimal", label="Factor", default=2.0),),
        )
        settings = {"input": "data", "append_to": "results", "concurrency": 2, **plan}
        how = Parallel(
            code="x",
            entry_script="score.py",
            arguments=arguments,
            plan=ParallelPlan(**settings),
            forms={"data": form, "results": "uri_folder"},  # type: ignore[dict-item]
        )
        order = StepOrder(
            run="r",
            node="job",
            component="score",
            version="1",
            title="Score",
            parameters={},
            inputs={"data": str(data)},
            outputs={"results": str(tmp_path / "made")},
            work_dir=str(tmp_path / "work"),
            definition=Definition(component=component, how=how),
            code=str(tmp_path / "code"),
        )
        told = Told()
        run_parallel(order, component, how, {"factor": 2.0}, told)
        return (tmp_path / "made" / "parallel_run_step.txt").read_text(), told

    return ran


@pytest.fixture
def files(tmp_path):
    """A folder with so many small files, each of which holds its number."""

    def made(count: int) -> Path:
        folder = tmp_path / "files"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:04d}.txt").write_text(str(number))
        return folder

    return made
