"""The REST API as a page to read, drawn from its own schema."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path

from mlops.web.guard import signed_in

METHODS = ("get", "post", "put", "patch", "delete")


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    path: str
    title: str
    text: str
    parameters: tuple[dict[str, str], ...]
    body: str
    """An example of the request's body as JSON, or an empty text."""
    answers: tuple[str, ...]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    operations: tuple[Operation, ...]


@signed_in
def api_docs(request: HttpRequest) -> HttpResponse:
    context = {"groups": groups(), "base": request.build_absolute_uri("/").rstrip("/")}
    return render(request, "web/api/docs.html", context)


def schema(request: HttpRequest) -> HttpResponseBase:
    """OpenAPI 3.1 as YAML, or as JSON when asked for. What draws it is imported at the first request: it is large."""
    from drf_spectacular.views import SpectacularAPIView

    from mlops.accounts import schema as _ways_to_sign_in  # noqa: F401

    return SpectacularAPIView.as_view()(request)


@cache
def groups() -> tuple[Group, ...]:
    """The schema is the same until the server starts again, so it is read once."""
    from drf_spectacular.generators import SchemaGenerator

    from mlops.accounts import schema as _ways_to_sign_in  # noqa: F401

    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found: dict[str, list[Operation]] = {}
    for address, item in schema["paths"].items():
        name = address.removeprefix("/api/v1/").split("/")[0]
        for method in METHODS:
            if method in item:
                found.setdefault(name, []).append(_operation(schema, method, address, item[method]))
    return tuple(Group(name=name, operations=tuple(found[name])) for name in sorted(found))


def _operation(schema: dict[str, Any], method: str, address: str, raw: dict[str, Any]) -> Operation:
    content = raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = _example(schema, content["schema"], depth=0) if "schema" in content else None
    return Operation(
        method=method.upper(),
        path=address,
        title=raw["summary"],
        text=raw.get("description", ""),
        parameters=tuple(_parameter(one) for one in raw.get("parameters", ())),
        body=msgspec.json.format(msgspec.json.encode(body), indent=2).decode() if body else "",
        answers=tuple(sorted(raw.get("responses", {}))),
    )


def _parameter(raw: dict[str, Any]) -> dict[str, str]:
    return {
        "name": raw["name"],
        "place": raw["in"],
        "type": str(raw.get("schema", {}).get("type", "")),
        "text": raw.get("description", ""),
        "required": "yes" if raw.get("required") else "",
    }


def _example(schema: dict[str, Any], shape: dict[str, Any], *, depth: int) -> Any:
    if depth > 6:
        return None
    if "$ref" in shape:
        return _example(schema, schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]], depth=depth + 1)
    for joint in ("allOf", "oneOf", "anyOf"):
        if shape.get(joint):
            return _example(schema, shape[joint][0], depth=depth + 1)
    if "default" in shape or "example" in shape:
        return shape.get("example", shape.get("default"))
    if shape.get("enum"):
        return shape["enum"][0]
    kind = shape.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" or "properties" in shape:
        properties = shape.get("properties", {})
        return {name: _example(schema, one, depth=depth + 1) for name, one in properties.items()}
    if kind == "array":
        return [_example(schema, shape.get("items", {}), depth=depth + 1)]
    return {"integer": 1, "number": 0.5, "boolean": True}.get(str(kind), shape.get("format", "text"))


urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/docs/", api_docs, name="api-docs")]
