"""A model that a deployment's file describes in place: it is registered first, as every model."""

from __future__ import annotations

from typing import Any

from mlops.client.commands.model import KNOWN, TYPES, register_files
from mlops.client.connection import Connection
from mlops.client.errors import WrongUsage
from mlops.formats.refusal import Refusal, nearest


def named_model(connection: Connection, given: Any, *, file: str, project: str, name: str) -> str:
    """`azureml:NAME:VERSION` as it is; fields such as `path` are registered under their name, else under `name`, and
    become `NAME:VERSION`. Nothing is registered twice while the newest version holds the same files."""
    if isinstance(given, str) and given and not given.startswith((".", "file:", "/")):
        return given
    fields = {"path": given} if isinstance(given, str) else dict(given or {})
    for field in fields:
        if field not in KNOWN:
            hint = nearest(str(field), KNOWN) or f"Fields: {', '.join(KNOWN)}."
            raise Refusal("field_unknown", f"{file}: “{field}” is no field of a model.", hint=hint)
    if not fields.get("path"):
        raise WrongUsage(
            "model_missing", "The deployment names no model.", hint="model: azureml:NAME:VERSION, or model: {path: …}"
        )
    kind = str(fields.pop("type", TYPES[0]))
    if kind not in TYPES:
        raise Refusal("value_invalid", f"{file}: “{kind}” is no type of a model.", hint=nearest(kind, TYPES))
    fields["name"] = str(fields.get("name") or name)
    made = register_files(connection, project=project, fields=fields, file=file)
    return f"{made['name']}:{made.get('number', made.get('version'))}"
