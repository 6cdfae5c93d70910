"""The YAML of a data asset: name, version, type, path, and what is said about it."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.azureml.lines import Source, fields
from mlops.formats.refusal import nearest

TYPES = ("uri_file", "uri_folder", "mltable")
KNOWN = {"$schema", "name", "version", "type", "path", "description", "tags", "properties"}
OURS = {"reference", "licence", "source"}
"""Of this product: `reference: true` keeps nothing of what lies at the address."""
WITHOUT_MEANING = {
    "stage",
    "is_anonymous",
    "auto_delete_setting",
    "datastore",
    "import_settings",
    "latest_version",
    "id",
}
WITHOUT_MEANING |= {"creation_context", "resourceGroup"}


class DataFile(msgspec.Struct, frozen=True, kw_only=True):
    """`type` empty: by what lies at the path."""

    name: str = ""
    version: str = ""
    type: str = ""
    path: str = ""
    description: str = ""
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}
    reference: bool = False
    licence: str = ""
    source: str = ""
    warnings: tuple[str, ...] = ()


def read_data(source: Source) -> DataFile:
    """Raises Refusal `field_unknown`, `field_invalid`, `data_type_unknown` with line and nearest name."""
    found = fields(source)
    warnings = []
    for name in found:
        if name in WITHOUT_MEANING:
            warnings.append(
                f"{source.name}, line {source.line((name,))}: “{name}” has no meaning here and is left out."
            )
        elif name not in KNOWN | OURS:
            raise source.unknown(name, KNOWN | OURS, at=(), kind="a data asset")
    type_ = _text(source, found, "type")
    if type_ and type_ not in TYPES:
        hint = nearest(type_, TYPES) or f"Types: {', '.join(TYPES)}."
        raise source.refuse("data_type_unknown", f"“{type_}” is no type of data.", at=("type",), hint=hint)
    if not _text(source, found, "path"):
        raise source.refuse(
            "field_missing", "A data asset needs a “path”.", at=(), hint="A file, a folder or an address."
        )
    reference = found.get("reference", False)
    if not isinstance(reference, bool):
        raise source.refuse("field_invalid", "“reference” is true or false.", at=("reference",))
    return DataFile(
        name=_text(source, found, "name"),
        version=_text(source, found, "version"),
        type=type_,
        path=_text(source, found, "path"),
        description=_text(source, found, "description"),
        tags=_pairs(source, found, "tags"),
        properties=_pairs(source, found, "properties"),
        reference=reference,
        licence=_text(source, found, "licence"),
        source=_text(source, found, "source"),
        warnings=tuple(warnings),
    )


def _text(source: Source, found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if value is None:
        return ""
    if isinstance(value, dict | list | bool):
        raise source.refuse("field_invalid", f"“{name}” must be a text.", at=(name,))
    return str(value).strip()


def _pairs(source: Source, found: dict[str, Any], name: str) -> dict[str, str]:
    given = found.get(name) or {}
    if not isinstance(given, dict):
        raise source.refuse("field_invalid", f"“{name}” must hold fields `name: value`.", at=(name,))
    for key, value in given.items():
        if isinstance(value, dict | list):
            raise source.refuse("field_invalid", f"“{name}.{key}” must be a text.", at=(name, str(key)))
    return {str(key): "" if value is None else _word(value) for key, value in given.items()}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
