"""Calls a component's Python function: in this step process, or in the Python of the component's environment."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.blocks.custom import run_function as runner
from mlops.blocks.custom.commands import copied_code
from mlops.blocks.custom.handing import hand_over, table_after, tables_of, take_back
from mlops.blocks.custom.process import python_of, run_program
from mlops.blocks.values import read_table, write_value
from mlops.formats.kept import DATA_FILE
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter
    from mlops.formats.component import Component
    from mlops.formats.definition import Function
    from mlops.formats.step import StepOrder


def run_function(
    order: StepOrder, component: Component, how: Function, parameters: Mapping[str, Any], report: Reporter
) -> None:
    """Raises Refusal `script_failed` with the line of the file."""
    file = copied_code(order) / how.file
    arguments = dict(parameters)
    folders = {
        port.name: hand_over(port, "uri_folder", Path(order.inputs[port.name]), Path(order.work_dir) / "in")
        for port in component.inputs
        if port.name in order.inputs and port.type != "table"
    }
    if how.requirements.is_own:
        _apart(order, component, how, file, arguments, folders, report)
    else:
        _here(order, component, how, file, arguments, folders)


def _here(
    order: StepOrder,
    component: Component,
    how: Function,
    file: Path,
    arguments: dict[str, Any],
    folders: dict[str, Path],
) -> None:
    import pandas as pd

    from mlops.blocks.frames import from_pandas, to_pandas

    given = tables_of(order)
    os.environ.update(how.variables)
    os.chdir(file.parent)
    try:
        for port in component.inputs:
            if port.type == "table" and port.name in order.inputs:
                arguments[port.name] = to_pandas(read_table(order.inputs[port.name]).frame)
            elif port.name not in folders:
                arguments[port.name] = None
        names = [port.name for port in component.outputs]
        values = runner.results(runner.load(file, how.name)(**arguments, **folders), names)
    except Exception as error:
        traceback.print_exc()
        raise _failed(f"{type(error).__name__}: {error}", runner.line_in(error, file), file) from error
    except SystemExit as error:
        raise _failed(_("it called exit(%(code)s)") % {"code": error.code}, None, file) from error
    for port, value in zip(component.outputs, values, strict=True):
        if port.type == "table":
            if not isinstance(value, pd.DataFrame):
                raise _failed(
                    _("the output %(name)s must be a data frame, not %(kind)s")
                    % {"name": port.name, "kind": type(value).__name__},
                    None,
                    file,
                )
            write_value(table_after(from_pandas(value), given, order.title), order.outputs[port.name])
        else:
            take_back(port, Path(value).resolve(), Path(order.outputs[port.name]), given, order.title)


def _apart(
    order: StepOrder,
    component: Component,
    how: Function,
    file: Path,
    arguments: dict[str, Any],
    folders: dict[str, Path],
    report: Reporter,
) -> None:
    exchange = Path(order.work_dir) / "exchange"
    exchange.mkdir()
    tables = {
        port.name: f"{order.inputs[port.name]}/{DATA_FILE}"
        for port in component.inputs
        if port.type == "table" and port.name in order.inputs
    }
    absent = {port.name: None for port in component.inputs if port.name not in order.inputs}
    call = {
        "file": str(file),
        "function": how.name,
        "parameters": arguments | absent,
        "tables": tables,
        "folders": {name: str(path) for name, path in folders.items()},
        "outputs": {port.name: port.type for port in component.outputs},
    }
    (exchange / "call.json").write_text(json.dumps(call))
    words = [python_of(order), runner.__file__, str(exchange)]
    try:
        run_program(words, order=order, cwd=file.parent, variables=how.variables, report=report)
    except Refusal:
        failure = exchange / "failure.json"
        if failure.exists():
            told = json.loads(failure.read_text())
            raise _failed(told["error"], told["line"], file) from None
        raise
    given = tables_of(order)
    paths = json.loads((exchange / "result.json").read_text())
    for port in component.outputs:
        place = exchange / f"{port.name}.parquet" if port.type == "table" else Path(paths[port.name])
        take_back(port, place, Path(order.outputs[port.name]), given, order.title)


def _failed(message: str, line: int | None, file: Path) -> Refusal:
    place = f" in line {line} of {file.name}" if line else ""
    return Refusal(
        "script_failed",
        _("The function failed%(place)s: %(message)s") % {"place": place, "message": message},
        hint=_("Correct it and save a new version. The log shows what it printed and the whole traceback."),
        status=422,
        where=Where(row=line),
    )
