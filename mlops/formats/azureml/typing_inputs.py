"""The types of a job's inputs and outputs, in the form of a component, which a job leaves to what it is given."""

from __future__ import annotations

from typing import Any

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
