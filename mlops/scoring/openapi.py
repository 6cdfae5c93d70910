"""The OpenAPI document of one deployment, made from its signature, with typical values as examples."""

from __future__ import annotations

from typing import Any

from mlops.formats.model import Field, Signature
from mlops.formats.serving import Serving

_JSON_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer", "format": "int64"},
    "decimal": {"type": "number", "format": "double"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date-time"},
}
_MADE_UP: dict[str, Any] = {
    "integer": 0,
    "number": 0.0,
    "boolean": False,
    "string": "text",
    "date-time": "2000-01-01T00:00:00",
    "date": "2000-01-01",
}


def openapi(
    serving: Serving, signature: Signature | None, *, schemas: dict[str, Any] | None = None, raw: bool = False
) -> dict[str, Any]:
    """`schemas`: `input` and `output`, as the decorators of a script tell them; `raw`: it takes any body."""
    operation = _raw_operation() if raw else _scripted(schemas) if schemas else _operation(signature)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": serving.endpoint,
            "version": serving.model.partition(":")[2] or "1",
            "description": f"Predictions of the model {serving.model} (deployment {serving.deployment}).",
        },
        "servers": [{"url": "."}],
        "security": [{"bearer": []}, {"key": []}],
        "paths": {"/score": {"post": operation}},
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "api-key"},
            },
            "schemas": {
                "Row": _row(signature.inputs if signature else ()),
                "Prediction": _row(signature.outputs if signature else (), closed=False),
                "Problem": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("code", "detail", "hint")},
                },
            },
        },
    }


def example_row(signature: Signature) -> dict[str, Any]:
    """One typical request row."""
    return {field.name: field.example for field in signature.inputs}


def example_of(schema: dict[str, Any]) -> Any:
    """A value of the schema, made up from its types: no row of anybody's data."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: example_of(one) for name, one in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}))] * max(1, int(schema.get("minItems", 1)))
    if schema.get("format") in _MADE_UP:
        return _MADE_UP[schema["format"]]
    return _MADE_UP.get(schema.get("type", ""))


def _scripted(schemas: dict[str, Any]) -> dict[str, Any]:
    operation = _operation(None)
    if schemas.get("input"):
        request = {"schema": schemas["input"], "example": example_of(schemas["input"])}
        operation["requestBody"]["content"]["application/json"] = request
    if schemas.get("output"):
        operation["responses"]["200"]["content"]["application/json"] = {"schema": schemas["output"]}
    return operation


def _raw_operation() -> dict[str, Any]:
    operation = _operation(None)
    anything = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    operation["requestBody"]["content"] = anything
    operation["responses"]["200"] = {"description": "Whatever the deployment's script returns.", "content": anything}
    return operation


def _operation(signature: Signature | None) -> dict[str, Any]:
    return {
        "operationId": "score",
        "summary": "Score rows",
        "parameters": [
            {
                "name": "explain",
                "in": "query",
                "schema": {"type": "boolean", "default": False},
                "description": "Adds `explanations`: for each row what each column added to the usual answer. The "
                "model version must have been explained before it was deployed; at most 20 rows at once.",
            }
        ],
        "requestBody": {"required": True, "content": {"application/json": _request(signature)}},
        "responses": {
            "200": {
                "description": "One prediction a row, in order.",
                "content": {"application/json": _answer(signature)},
            },
            "default": {
                "description": "Refused or failed; the body says why.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }


def _request(signature: Signature | None) -> dict[str, Any]:
    if signature is None:
        return {"schema": {"description": "Whatever the deployment's script expects."}}
    rows = {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
    named = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": rows}
    return {
        "schema": {
            "type": "object",
            "properties": {
                "data": rows,
                "Inputs": {**named, "description": "The rows under a name of one's own; answered under `Results`."},
                "GlobalParameters": {"type": "object", "description": "Beside Inputs; this model has none."},
            },
            "oneOf": [{"required": ["data"]}, {"required": ["Inputs"]}],
        },
        "example": {"data": [example_row(signature)]},
    }


def _answer(signature: Signature | None) -> dict[str, Any]:
    if signature is None:
        return {"schema": {"description": "Whatever the deployment's script returns."}}
    return {
        "schema": {
            "type": "object",
            "properties": {
                "predictions": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/Prediction"} if signature.outputs else {},
                },
                "Results": {"description": "Instead of predictions, where the rows came under Inputs."},
                "model": {"type": "string"},
                "deployment": {"type": "string"},
                "warnings": {"type": "array", "items": {"type": "string"}},
                "explanations": {
                    "type": "array",
                    "description": "With explain=true. For each output, base and contributions add up to the answer.",
                    "items": {
                        "type": "object",
                        "properties": {"base": {"type": "object"}, "contributions": {"type": "object"}},
                    },
                },
            },
        }
    }


def _row(fields: tuple[Field, ...], *, closed: bool = True) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": "object",
        "properties": {field.name: _property(field, request=closed) for field in fields},
    }
    required = [field.name for field in fields if field.required]
    if required and closed:
        row["required"] = required
    if fields and closed:
        row["additionalProperties"] = False
    return row


def _property(field: Field, *, request: bool) -> dict[str, Any]:
    described = dict(_JSON_TYPES[field.type])
    if request and not field.required:
        described["nullable"] = True
    if field.categories:
        described["description"] = f"Known values: {', '.join(field.categories[:20])}"
    if field.example is not None:
        described["example"] = field.example
    return described
