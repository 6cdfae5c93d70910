"""Runs one step: inputs from folders, the component's function, outputs to folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops.blocks.call import Call, Part, Reporter
from mlops.blocks.catalogue import block, derive
from mlops.blocks.parameters import with_defaults
from mlops.blocks.problems import as_refusal

if TYPE_CHECKING:
    from mlops.blocks.values import Value
    from mlops.formats.component import Component
    from mlops.formats.step import StepOrder

__all__ = ["WRITTEN", "Reporter", "execute"]

RUNNING = (0.1, 0.75)
WRITTEN = 0.85
"""Shares of the work: inputs are read, the component has run, its outputs are written. The profiles are the rest."""


def execute(order: StepOrder, report: Reporter) -> None:
    """Raises Refusal for bad parameters and bad data, with the place filled in."""
    if order.definition is not None:
        from mlops.blocks.custom import execute_definition

        return execute_definition(order, Part(report, 0.0, WRITTEN))
    from mlops.blocks.values import shape_of, write_value

    found = block(order.component, order.version)
    inputs = _read(order, found.DEFINITION)
    shapes = {port: shape_of(value) for port, value in inputs.items()}
    derived = derive(order.component, order.version, order.parameters, shapes)
    for fault in derived.problems:
        if fault.severity == "error":
            raise as_refusal(fault)
        report.log(f"{fault.message} {fault.hint}")
    call = Call(
        parameters=with_defaults(found.DEFINITION, order.parameters),
        inputs=inputs,
        seed=order.seed,
        report=Part(report, *RUNNING),
        work_dir=Path(order.work_dir),
    )
    report.progress(RUNNING[0])
    values = found.run(call)
    report.progress(RUNNING[1])
    for port, value in values.items():
        if port in order.outputs:
            write_value(value, order.outputs[port])
    report.progress(WRITTEN)


def _read(order: StepOrder, definition: Component) -> dict[str, Value]:
    from mlops.blocks.values import read_value

    return {
        port.name: read_value(order.inputs[port.name], port.type)
        for port in definition.inputs
        if port.name in order.inputs
    }
