"""What the decorators said about a function, as schemas of OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

INPUTS, OUTPUT = "__input_schemas__", "__output_schema__"


def inputs_of(run: Callable[..., Any]) -> dict[str, tuple[Any, bool]]:
    """Parameter to (type, whether it may be absent)."""
    return dict(getattr(run, INPUTS, {}))


def is_schema_decorated(run: Callable[..., Any]) -> bool:
    return bool(inputs_of(run)) or hasattr(run, OUTPUT)


def get_input_schema(run: Callable[..., Any]) -> dict[str, Any]:
    inputs = inputs_of(run)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: kind.input_to_swagger() for name, (kind, _) in inputs.items()},
    }
    required = [name for name, (_, optional) in inputs.items() if not optional]
    return {**schema, "required": required} if required else schema


def get_output_schema(run: Callable[..., Any]) -> dict[str, Any]:
    kind = getattr(run, OUTPUT, None)
    return kind.input_to_swagger() if kind is not None else {}


def get_supported_versions(run: Callable[..., Any]) -> list[str]:
    return ["3.0", "3.1"]
