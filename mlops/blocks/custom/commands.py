"""Runs a component's command: inputs as files, the code as current directory, outputs taken back."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.blocks.custom.handing import hand_over, place_for, tables_of, take_back
from mlops.blocks.custom.process import run_program
from mlops.blocks.custom.wording import worded

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter
    from mlops.formats.component import Component
    from mlops.formats.definition import Command
    from mlops.formats.step import StepOrder


def run_command(
    order: StepOrder, component: Component, how: Command, parameters: Mapping[str, Any], report: Reporter
) -> None:
    work = Path(order.work_dir)
    code = copied_code(order)
    inputs = {name: str(value) for name, value in parameters.items() if value is not None}
    for port in component.inputs:
        if port.name in order.inputs:
            form = how.forms.get(port.name, "uri_folder")
            inputs[port.name] = str(hand_over(port, form, Path(order.inputs[port.name]), work / "in"))
    places = {
        port.name: place_for(port, how.forms.get(port.name, "uri_folder"), work / "out") for port in component.outputs
    }
    command = worded(how.command, inputs, {name: str(path) for name, path in places.items()})
    report.log(f"$ {command}")
    run_program(["/bin/sh", "-c", command], order=order, cwd=code, variables=how.variables, report=report)
    given = tables_of(order)
    for port in component.outputs:
        take_back(port, places[port.name], Path(order.outputs[port.name]), given, order.title)


def copied_code(order: StepOrder) -> Path:
    """A copy of the component's files: the kept ones stay as they are, whatever the code does."""
    target = Path(order.work_dir) / "code"
    if order.code:
        shutil.copytree(order.code, target, copy_function=shutil.copyfile)
    else:
        target.mkdir()
    return target
