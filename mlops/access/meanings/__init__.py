"""What each parameter and field of the API is, told in its OpenAPI schema: one word means one thing everywhere, so a
vocabulary says it once. What an operation or a serializer says by itself (`help_text`) is kept."""

from __future__ import annotations

from typing import Any

from mlops.access.meanings import fields, parameters

METHODS = ("get", "post", "put", "patch", "delete")


def tell_meanings(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular calls it with the drawn schema."""
    for address, item in result["paths"].items():
        for operation in (item[method] for method in METHODS if method in item):
            for one in operation.get("parameters", ()):
                _tell(one, parameters.meaning(one["in"], one["name"], address))
    for name, shape in result["components"]["schemas"].items():
        for field, one in shape.get("properties", {}).items():
            _tell(one, fields.meaning(name, field))
    return result


def without_meaning(schema: dict[str, Any]) -> list[str]:
    """Such as `GET /api/v1/runs/ ?state` and `RunView.state`: say it by `help_text`, or in the vocabulary."""
    asked = [
        f"{method.upper()} {address} ?{one['name']}"
        for address, item in schema["paths"].items()
        for method in METHODS
        for one in item.get(method, {}).get("parameters", ())
        if not one.get("description")
    ]
    held = [
        f"{name}.{field}"
        for name, shape in schema["components"]["schemas"].items()
        for field, one in shape.get("properties", {}).items()
        if not one.get("description")
    ]
    return asked + held


def _tell(one: dict[str, Any], said: str) -> None:
    if said and not one.get("description"):
        one["description"] = said
