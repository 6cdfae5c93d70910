"""Behind which walls a step's process and a program that it starts are: from the order to a confinement."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlops.confinement.confining import Confinement, Unconfinable, confine, existing_folders
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.formats.step import StepOrder

OWN_FOLDERS = ("home", "tmp")
SHARED_FILES = ("stdout.txt", "stderr.txt", "metrics.jsonl")
"""What a program may open again beside its folders: `/dev/stdout` leads to the first."""


_own: list[str] = []
"""Folders such as /tmp that are this step's own, since it was confined."""


def confine_step(order: StepOrder) -> bool:
    """This process and all that it starts, for good: it reads what it is given and writes its own folder.

    Raises Refusal `not_confined` where the machine cannot and it is required."""
    work = _prepared(order)
    for folder in order.outputs.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    os.environ.update(order.variables, HOME=str(work / "home"), TMPDIR=str(work / "tmp"))
    around = _around(order, writes=(order.work_dir, *order.outputs.values()))
    try:
        confined = confine(replace(around, tmp=str(work / "tmp")))
    except Unconfinable as lack:
        raise not_confined(order.title, str(lack)) from lack
    _own[:] = confined.own if confined else ()
    os.chdir(order.work_dir)
    return confined is not None


def around_program(order: StepOrder) -> Confinement:
    """A program writes the folders in the step's folder, and nothing of what the worker and the step tell each other
    there; its inputs and outputs as they are kept stay as they are."""
    work = _prepared(order)
    files = [work / name for name in SHARED_FILES]
    for file in files:
        file.touch()
    return _around(order, writes=(*existing_folders(order.work_dir), *map(str, files), *_own))


def not_confined(title: str, lack: str) -> Refusal:
    return Refusal(
        "not_confined",
        _("“%(title)s” was not started: this machine cannot confine it. %(lack)s") % {"title": title, "lack": lack},
        hint=_("Set MLOPS_JOB_CONFINEMENT to preferred to run it all the same, where you trust everybody's code."),
        status=503,
    )


def _prepared(order: StepOrder) -> Path:
    work = Path(order.work_dir)
    for name in OWN_FOLDERS:
        (work / name).mkdir(exist_ok=True)
    return work


def _around(order: StepOrder, *, writes: tuple[str, ...]) -> Confinement:
    own = (order.work_dir, *order.inputs.values(), *order.outputs.values(), order.code, order.environment)
    pythons = (str(Path(order.environment) / "bin" / "python"),) if order.environment else ()
    return Confinement(
        mode=order.walls.mode,
        reads=order.walls.readable,
        given=tuple(path for path in own if path),
        writes=writes,
        forbidden=order.walls.forbidden,
        pythons=pythons,
    )
