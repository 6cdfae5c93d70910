"""Types of inputs: which of them are ports and which are parameters, there and here."""

from __future__ import annotations

from typing import Any, get_args

from mlops.formats.component import ParameterType, PortType
from mlops.formats.definition import FileForm

FILE_FORMS: frozenset[str] = frozenset(get_args(FileForm))
PORT_OF: dict[str, PortType] = {
    "uri_file": "any",
    "mltable": "table",
    "uri_folder": "any",
    "mlflow_model": "model",
    "custom_model": "any",
    "triton_model": "any",
}
FORM_OF: dict[str, FileForm] = {"table": "mltable", "model": "mlflow_model"}
"""Of a port; every other kind is a `uri_folder`."""

PARAMETER_OF: dict[str, ParameterType] = {
    "string": "string",
    "number": "decimal",
    "integer": "integer",
    "boolean": "boolean",
}
TYPE_OF: dict[str, str] = {"decimal": "number", "integer": "integer", "boolean": "boolean"}
"""Of a parameter; every other kind is a `string`."""

INPUT_TYPES = {*FILE_FORMS, *PARAMETER_OF}


def words(value: Any) -> str:
    """As a command line gets it."""
    return str(value)


def title_of(name: str) -> str:
    """`learning_rate` as `Learning rate`."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:] if text else name
