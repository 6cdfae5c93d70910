"""How the OpenAPI schema is drawn: lists are the member `results`, and every operation may answer with a problem
(RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes

from mlops.access.problems import CONTENT_TYPE
from mlops.access.titles import operation_id


class Drawn(AutoSchema):
    """REST_FRAMEWORK's `DEFAULT_SCHEMA_CLASS`."""

    def _get_paginator(self) -> Any:
        return super()._get_paginator() or Results()  # type: ignore[no-untyped-call]

    def get_operation_id(self) -> str:
        return operation_id(self.method.lower(), self.path)


class Token(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "mlops.accounts.authentication.TokenAuthentication"
    name = "token"
    said = "A token of a person or of a service account."

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": self.said}


class DeviceToken(Token):  # type: ignore[no-untyped-call]
    target_class = "mlops.devices.api.DeviceAuthentication"
    name = "device"
    said = "The token that a device was enrolled with."


class StepToken(Token):  # type: ignore[no-untyped-call]
    target_class = "mlops.explanations.of_the_step.OfTheStep"
    name = "step"
    said = "The token of a running step, for its own run."


class Password(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "mlops.accounts.authentication.PasswordAuthentication"
    name = "password"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "basic"}


def files(kinds: Iterable[str]) -> dict[tuple[int, str], Any]:
    """The answers of an operation that sends a file of one of these media types."""
    return {(200, kind.partition(";")[0]): OpenApiTypes.BINARY for kind in kinds}


class Results:
    """A list that comes by pages or whole, of a view that says nothing about it."""

    def get_paginated_response_schema(self, rows: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results"],
            "properties": {"next": address, "previous": address, "results": rows},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []


METHODS = ("get", "post", "put", "patch", "delete")
ALWAYS = {
    "400": "The request cannot be understood, or a value in it is not allowed.",
    "401": "Nobody is signed in, or the token is not valid.",
    "403": "You may not do this.",
    "404": "There is no such thing, or you may not see it.",
    "406": "The answer cannot be had in the asked-for form.",
    "409": "The state of the thing does not allow it now.",
    "410": "The thing was there, and is gone.",
    "413": "What was sent, or what was asked for, is too large.",
    "422": "The request is understood, but the thing cannot be made so.",
    "429": "Too many requests, or a quota is used up; `Retry-After` says when to try again.",
    "501": "A library that this needs is not installed.",
    "502": "Another server that this needs answered wrongly or not at all.",
    "503": "Something that this needs is not ready; try again later.",
    "504": "Another server that this needs did not answer in time.",
    "507": "There is no room for it.",
}
WITH_BODY = {"415": "The body is of a kind that is not read here."}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why the request was refused, and what to do next.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs; it does not change."},
        "detail": {"type": "string", "description": "What happened, to which object."},
        "hint": {"type": "string", "description": "What to do next; may be empty."},
        "where": {
            "type": "object",
            "description": "The place that the refusal points at: node, port, parameter, column, row or value.",
        },
    },
    "required": ["type", "title", "status", "code", "detail", "hint"],
}


def tell_refusals(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular calls it with the drawn schema. What an operation says by itself is kept."""
    parts = result.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["responses"] = {_named(status): _answer(text) for status, text in {**ALWAYS, **WITH_BODY}.items()}
    for item in result["paths"].values():
        for operation in (item[method] for method in METHODS if method in item):
            wanted = ALWAYS | (WITH_BODY if "requestBody" in operation else {})
            for status in wanted:
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{_named(status)}"})
    return result


def _named(status: str) -> str:
    return f"Refused{status}"


def _answer(text: str) -> dict[str, Any]:
    return {"description": text, "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
