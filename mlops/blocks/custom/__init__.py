"""Carries out components that are not built in: commands and Python functions. Step processes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops.blocks.parameters import check_parameters, with_defaults
from mlops.blocks.problems import as_refusal
from mlops.formats.definition import Command, Function, Parallel
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter
    from mlops.formats.step import StepOrder


def execute_definition(order: StepOrder, report: Reporter) -> None:
    """Raises Refusal for bad parameters, for a command or function that fails, and for outputs that are not there."""
    from mlops.blocks.custom.commands import run_command
    from mlops.blocks.custom.functions import run_function
    from mlops.blocks.custom.parallel.running import run_parallel

    assert order.definition is not None
    component, how = order.definition.component, order.definition.how
    for fault in check_parameters(component, order.parameters):
        raise as_refusal(fault)
    parameters = with_defaults(component, order.parameters)
    if isinstance(how, Command):
        run_command(order, component, how, parameters, report)
    elif isinstance(how, Function):
        run_function(order, component, how, parameters, report)
    elif isinstance(how, Parallel):
        run_parallel(order, component, how, parameters, report)
    else:
        raise Refusal("internal", _("A pipeline component is carried out by its inner steps."), status=500)
    report.progress(1.0)
