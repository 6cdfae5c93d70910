"""Which steps may share a process, one after the other: small tables through components that run nobody else's code."""

from __future__ import annotations

from pathlib import Path

from mlops.blocks.catalogue import component
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepOrder

MOST_INPUT_BYTES = 4_000_000
GROUPS = frozenset({"Data Transformation", "Feature Selection", "Statistical Functions", "Web Service"})


def is_light(order: StepOrder) -> bool:
    """All others have a process that nobody used before."""
    if order.definition is not None or order.environment:
        return False
    return is_of_light_kind(order.component, order.version) and _bytes_in(order) <= MOST_INPUT_BYTES


def is_of_light_kind(name: str, version: str) -> bool:
    """Of a built-in component. Such a step reads only tables, so nothing is unpickled, and takes no script, so nothing
    that it leaves in its process can be anybody's code."""
    try:
        known = component(name, version)
    except Refusal:
        return False
    reads_tables = bool(known.inputs) and all(port.type == "table" for port in known.inputs)
    takes_script = any(parameter.type == "script" for parameter in known.parameters)
    return known.group in GROUPS and reads_tables and not takes_script


def _bytes_in(order: StepOrder) -> int:
    return sum(file.stat().st_size for folder in order.inputs.values() for file in Path(folder).glob("*"))
