"""Runs a component's command: inputs as files, the code as current directory, outputs taken back."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.blocks.custom.handing import hand_over, place_for, tables_of, take_back
from mlops.blocks.custom.process import run_program
from mlops.blocks.custom.ranks import shell_words
from mlops.blocks.custom.wording import filled, worded

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter
    from mlops.formats.component import Component, Port
    from mlops.formats.definition import Command, FileForm
    from mlops.formats.step import StepOrder

KEPT_FOLDERS = ("outputs", "logs")
"""What a command leaves there, in its current directory, is kept as files of the run."""


def run_command(
    order: StepOrder, component: Component, how: Command, parameters: Mapping[str, Any], report: Reporter
) -> None:
    work = Path(order.work_dir)
    code = copied_code(order)
    for name in KEPT_FOLDERS:
        with contextlib.suppress(FileExistsError):
            (code / name).mkdir()
    words = {name: str(value) for name, value in parameters.items() if value is not None}
    data = {
        port.name: str(hand_over(port, _form(how, port), Path(order.inputs[port.name]), work / "in"))
        for port in component.inputs
        if port.name in order.inputs
    }
    places = {port.name: place_for(port, _form(how, port), work / "out") for port in component.outputs}
    outputs = {name: str(path) for name, path in places.items()}
    command = worded(how.command, words | data, outputs)
    report.log(f"$ {command}")
    variables = told_variables(words, data, outputs)
    variables |= {name: filled(value, words | data, outputs) for name, value in how.variables.items()}
    run_program(shell_words(command, how.resources), order=order, cwd=code, variables=variables, report=report)
    given = tables_of(order)
    for port in component.outputs:
        form = _form(how, port)
        place = places[port.name].parent if form == "uri_file" else places[port.name]
        folder = Path(order.outputs[port.name])
        take_back(port, place, folder, given, order.title, may_be_empty=port.type == "any")
        if form == "uri_file" and not any(folder.iterdir()):
            report.log(f"Warning: nothing was written to the output “{port.name}”; what needs it will not run.")


def _form(how: Command, port: Port) -> FileForm:
    return how.forms.get(port.name, "uri_folder")


def told_variables(words: Mapping[str, str], data: Mapping[str, str], outputs: Mapping[str, str]) -> dict[str, str]:
    """Under which names Azure ML tells a job its values and paths."""
    return {
        **{f"AZUREML_PARAMETER_{name}": value for name, value in words.items()},
        **{f"AZURE_ML_INPUT_{name}": path for name, path in data.items()},
        **{f"AZURE_ML_OUTPUT_{name}": path for name, path in outputs.items()},
    }


def copied_code(order: StepOrder) -> Path:
    """A copy of the component's files: the kept ones stay as they are, whatever the code does."""
    target = Path(order.work_dir) / "code"
    if order.code:
        shutil.copytree(order.code, target, copy_function=_copy_runnable)
    else:
        target.mkdir()
    return target


def _copy_runnable(source: str, target: str) -> str:
    """Writable, and executable where it looks like a program: whether it was is not kept."""
    shutil.copyfile(source, target)
    with Path(source).open("rb") as opened:
        if opened.read(2) == b"#!":
            Path(target).chmod(0o755)
    return target
