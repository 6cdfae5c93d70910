"""A job in the form of a component: with types at its inputs and outputs, without what is read apart."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source

SIMPLE = {bool: "boolean", int: "integer", float: "number"}
KEPT = ("type", "default", "optional", "description", "enum", "min", "max")


def typed_input(given: Any) -> dict[str, Any]:
    """A value is its own default."""
    if isinstance(given, dict):
        kept = {key: given[key] for key in KEPT if key in given}
        return {"type": "uri_folder", **kept}
    return {"type": SIMPLE.get(type(given), "string"), "default": given}


def typed_output(given: Any) -> dict[str, Any]:
    return {"type": given.get("type", "uri_folder") if isinstance(given, dict) else "uri_folder"}


def without(source: Source, at: Path, names: Iterable[str]) -> Source:
    """The file as if these fields did not stand at the path."""
    value = deepcopy(source.value)
    place = value
    for key in at:
        place = place[key]
    for name in names:
        place.pop(name, None)
    return msgspec.structs.replace(source, value=value)
