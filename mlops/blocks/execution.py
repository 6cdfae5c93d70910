"""Runs one step: inputs from folders, the component's function, outputs to folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops.blocks.call import Call, Reporter
from mlops.blocks.catalogue import block, derive
from mlops.blocks.parameters import with_defaults
from mlops.blocks.problems import as_refusal

if TYPE_CHECKING:
    from mlops.blocks.values import Value
    from mlops.formats.component import Component
    from mlops.formats.step import StepOrder

__all__ = ["Reporter", "execute"]


def execute(order: StepOrder, report: Reporter) -> None:
    """Raises Refusal for bad parameters and bad data, with the place filled in."""
    if order.definition is not None:
        from mlops.blocks.custom import execute_definition

        return execute_definition(order, report)
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
        report=report,
        work_dir=Path(order.work_dir),
    )
    for port, value in found.run(call).items():
        if port in order.outputs:
            write_value(value, order.outputs[port])
    report.progress(1.0)


def _read(order: StepOrder, definition: Component) -> dict[str, Value]:
    from mlops.blocks.values import read_value

    return {
        port.name: read_value(order.inputs[port.name], port.type)
        for port in definition.inputs
        if port.name in order.inputs
    }
