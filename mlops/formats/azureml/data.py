"""The YAML of a data asset: name, version, type, path, and what is said about it."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.azureml.lines import Source, fields
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

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


SOURCES = {"database": {"type", "query", "connection", "stored_procedure", "stored_procedure_params"},
           "file_system": {"type", "path", "connection"}}  # fmt: skip


def read_import(source: Source) -> DataFile:
    """A `dataImport` file: `source` names a data store as its connection, and a query or a path of it.

    Raises Refusal as `read_data` does, and `field_missing`."""
    found = fields(source)
    given = fields(source, ("source",)) if isinstance(found.get("source"), dict) else {}
    if not given:
        hint = _("Such as source: {type: database, query: SELECT …, connection: azureml:NAME}.")
        raise source.refuse("field_missing", _("An import needs a “source”."), hint=hint)
    kind = str(given.get("type") or ("database" if "query" in given else "file_system"))
    if kind not in SOURCES:
        hint = nearest(kind, SOURCES) or _("Types: %(names)s.") % {"names": ", ".join(SOURCES)}
        raise source.refuse(
            "value_invalid", _("“%(kind)s” is no type of a source.") % {"kind": kind}, at=("source", "type"), hint=hint
        )
    for name in given:
        if name not in SOURCES[kind]:
            raise source.unknown(name, SOURCES[kind], at=("source",), kind="a source")
    store = str(given.get("connection") or "").removeprefix("azureml:")
    part = "query" if kind == "database" else "path"
    for name, value in (("connection", store), (part, given.get(part))):
        if not value:
            hint = _("Procedures are called in a query.") if "stored_procedure" in given else _("A data store's name.")
            raise source.refuse(
                "field_missing", _("The source needs “%(name)s”.") % {"name": name}, at=("source",), hint=hint
            )
    where = f"query/{given['query']}" if kind == "database" else f"paths/{str(given['path']).lstrip('/')}"
    rest = {name: value for name, value in found.items() if name not in ("source", "path", "type")}
    rest["path"] = f"azureml://datastores/{store}/{where}"
    type_ = str(found.get("type") or "")
    rest["type"] = "uri_file" if kind == "database" else type_ or "uri_folder"
    read = read_data(msgspec.structs.replace(source, value=rest))
    told = [f"{source.name}: what is imported is kept by the server; “path” is left out."] if "path" in found else []
    if kind == "database" and type_ == "mltable":
        told.append(f"{source.name}: rows of a database are kept as one Parquet file, which reads as a table.")
    return msgspec.structs.replace(read, warnings=(*read.warnings, *told))


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
            raise source.unknown(name, KNOWN | OURS, at=(), kind=_("a data asset"))
    type_ = _text(source, found, "type")
    if type_ and type_ not in TYPES:
        hint = nearest(type_, TYPES) or _("Types: %(names)s.") % {"names": ", ".join(TYPES)}
        raise source.refuse(
            "data_type_unknown", _("“%(type)s” is no type of data.") % {"type": type_}, at=("type",), hint=hint
        )
    if not _text(source, found, "path"):
        raise source.refuse(
            "field_missing", _("A data asset needs a “path”."), at=(), hint=_("A file, a folder or an address.")
        )
    reference = found.get("reference", False)
    if not isinstance(reference, bool):
        raise source.refuse("field_invalid", _("“reference” is true or false."), at=("reference",))
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
        raise source.refuse("field_invalid", _("“%(name)s” must be a text.") % {"name": name}, at=(name,))
    return str(value).strip()


def _pairs(source: Source, found: dict[str, Any], name: str) -> dict[str, str]:
    given = found.get(name) or {}
    if not isinstance(given, dict):
        raise source.refuse(
            "field_invalid", _("“%(name)s” must hold fields `name: value`.") % {"name": name}, at=(name,)
        )
    for key, value in given.items():
        if isinstance(value, dict | list):
            raise source.refuse(
                "field_invalid",
                _("“%(name)s.%(key)s” must be a text.") % {"name": name, "key": key},
                at=(name, str(key)),
            )
    return {str(key): "" if value is None else _word(value) for key, value in given.items()}


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
