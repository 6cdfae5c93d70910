"""The components of a run, as they were when it was submitted."""

from __future__ import annotations

import msgspec
from django.conf import settings

from mlops.blocks.library import Library
from mlops.environments.ordering import in_a_process, with_tables
from mlops.formats.azureml.environment_writing import NEUTRAL_IMAGE
from mlops.formats.definition import Command, Definition, Function, Parallel, Requirements, Resources
from mlops.formats.step import StepOrder
from mlops.runs.models import Run


def library_of(run: Run) -> Library:
    return Library(msgspec.convert(run.snapshot.get("components", {}), type=dict[str, Definition]))


def requirements_of(order: StepOrder) -> Requirements:
    """What the step's environment must hold. Functions, and entry scripts over tables, get them through pandas and
    pyarrow, which come along."""
    how = order.definition.how if order.definition else None
    if not isinstance(how, Command | Function | Parallel) or not how.requirements.is_own:
        return Requirements()
    if isinstance(how, Command) or (isinstance(how, Parallel) and how.forms.get(how.plan.input) != "mltable"):
        return in_a_process(how.requirements)
    needed = in_a_process(how.requirements)
    return with_tables(needed) if needed.is_own else needed


def timeout_of(definition: Definition | None) -> float | None:
    """How many seconds the step may take, where its definition says so."""
    how = definition.how if definition else None
    return how.resources.timeout_seconds if isinstance(how, Command | Parallel) else None


def is_for_cluster(definition: Definition | None) -> bool:
    """Whether its program runs in a pod where MLOPS_STEP_CONTAINERS is kubernetes: a command in an image that is there
    already, for nobody builds one."""
    how = definition.how if definition else None
    if not isinstance(how, Command) or settings.STEP_CONTAINERS != "kubernetes":
        return False
    needed = how.requirements
    return bool(needed.image) and needed.image != NEUTRAL_IMAGE and not needed.build and not needed.packages


def resources_of(definition: Definition | None) -> Resources:
    how = definition.how if definition else None
    return how.resources if isinstance(how, Command | Parallel) else Resources()


def is_command(order: StepOrder) -> bool:
    return order.definition is not None and isinstance(order.definition.how, Command)
