"""The YAML of a data store in the forms of Azure ML's CLI v2, and of this product's own kinds."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.azureml.lines import Source, fields
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

COMMON = {"$schema", "name", "type", "description", "tags", "properties", "credentials"}
WITHOUT_MEANING = {"tags", "properties", "subscription_id", "resource_group"}
SETTINGS: dict[str, tuple[str, ...]] = {
    "azure_blob": ("account_name", "container_name", "endpoint", "protocol"),
    "azure_file": ("account_name", "file_share_name", "endpoint", "protocol"),
    "azure_data_lake_gen2": ("account_name", "filesystem", "endpoint", "protocol"),
    "local": ("path",),
    "s3": ("bucket", "endpoint", "region", "prefix"),
    "http": ("url",),
    "sql": ("url",),
}
CREDENTIALS: dict[str, tuple[str, ...]] = {
    "azure_blob": ("account_key", "sas_token", "tenant_id", "client_id", "client_secret", "resource_url",
                   "authority_url"),
    "azure_file": ("account_key", "sas_token"),
    "azure_data_lake_gen2": ("tenant_id", "client_id", "client_secret", "resource_url", "authority_url", "certificate",
                             "account_key", "sas_token"),
    "local": (),
    "s3": ("access_key_id", "secret_access_key", "session_token"),
    "http": ("token",),
    "sql": ("password",),
}  # fmt: skip
NOT_READ = {
    "azure_data_lake_gen1": "Azure Data Lake Gen1 was retired, and is not read here",
    "one_lake": "OneLake is not read here",
}
BY_SCHEMA = {
    "azureblob": "azure_blob",
    "azurefile": "azure_file",
    "azuredatalakegen2": "azure_data_lake_gen2",
    "azuredatalakegen1": "azure_data_lake_gen1",
    "onelake": "one_lake",
}


class DatastoreFile(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: str
    description: str = ""
    settings: dict[str, str] = {}
    credentials: dict[str, str] = {}
    warnings: tuple[str, ...] = ()


def read_datastore(source: Source) -> DatastoreFile:
    """Raises Refusal `field_unknown`, `field_missing`, `datastore_kind_unknown` with line and nearest name."""
    found = fields(source)
    kind = _kind(source, found)
    known = {*COMMON, *SETTINGS[kind]}
    warnings = []
    for name in found:
        if name in WITHOUT_MEANING:
            place = f"{source.name}, line {source.line((name,))}"
            warnings.append(f"{place}: “{name}” has no meaning here and is left out.")
        elif name not in known:
            raise source.unknown(name, known, at=(), kind=_("a data store of the type %(kind)s") % {"kind": kind})
    credentials = fields(source, ("credentials",)) if found.get("credentials") is not None else {}
    for name in credentials:
        if name not in CREDENTIALS[kind]:
            raise source.unknown(name, set(CREDENTIALS[kind]), at=("credentials",), kind=_("these credentials"))
    if not found.get("name"):
        raise source.refuse("field_missing", _("A data store needs a “name”."))
    return DatastoreFile(
        name=str(found["name"]),
        type=kind,
        description=str(found.get("description") or ""),
        settings={name: _text(source, found[name], (name,)) for name in SETTINGS[kind] if found.get(name) is not None},
        credentials={
            name: _text(source, value, ("credentials", name))
            for name, value in credentials.items()
            if value is not None
        },
        warnings=tuple(warnings),
    )


def _kind(source: Source, found: dict[str, Any]) -> str:
    kind = str(found.get("type") or "")
    if not kind:
        schema = str(found.get("$schema") or "").rpartition("/")[2].partition(".")[0].lower()
        kind = BY_SCHEMA.get(schema, "")
    if kind in NOT_READ:
        raise source.refuse("datastore_kind_unknown", f"{NOT_READ[kind]}.", at=("type",))
    if kind not in SETTINGS:
        hint = nearest(kind, SETTINGS) or _("Types: %(names)s.") % {"names": ", ".join(SETTINGS)}
        message = (
            (_("“%(kind)s” is no type of data store.") % {"kind": kind}) if kind else _("A data store needs a “type”.")
        )
        raise source.refuse("datastore_kind_unknown", message, at=("type",), hint=hint)
    return kind


def _text(source: Source, value: Any, at: tuple[str, ...]) -> str:
    if isinstance(value, dict | list):
        raise source.refuse("field_invalid", _("“%(at)s” must be a text.") % {"at": at[-1]}, at=at)
    return str(value)
