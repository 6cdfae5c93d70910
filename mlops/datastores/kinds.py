"""What each kind of data store asks for. Names are those of Azure ML's YAML, where it has the kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where, nearest

NAME = re.compile(r"[a-z0-9_]{1,255}")
IN_ADDRESS = re.compile(r"(?P<head>[a-zA-Z][a-zA-Z0-9+.\-]*://[^:/@\s]*):(?P<password>[^/@\s]+)@")
"""An address with a password before its host."""

OWN = ("workspaceblobstore", "workspaceartifactstore", "workspacefilestore", "workspaceworkingdirectory")
"""The stores that every workspace has there: here they are the product's own storage."""
DEFAULT = OWN[0]
MOST_CHARACTERS = 2000


class Asks(msgspec.Struct, frozen=True, kw_only=True):
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    """Given below `credentials`, sealed, never shown."""
    plain: tuple[str, ...] = ()
    """Given below `credentials`, and shown."""


PRINCIPAL = ("tenant_id", "client_id", "resource_url", "authority_url")
KINDS: dict[str, Asks] = {
    "local": Asks(required=("path",)),
    "azure_blob": Asks(
        required=("account_name", "container_name"),
        optional=("endpoint", "protocol"),
        secret=("account_key", "sas_token", "client_secret"),
        plain=PRINCIPAL,
    ),
    "azure_file": Asks(
        required=("account_name", "file_share_name"),
        optional=("endpoint", "protocol"),
        secret=("account_key", "sas_token"),
    ),
    "azure_data_lake_gen2": Asks(
        required=("account_name", "filesystem"),
        optional=("endpoint", "protocol"),
        secret=("account_key", "sas_token", "client_secret", "certificate"),
        plain=PRINCIPAL,
    ),
    "s3": Asks(
        required=("bucket",),
        optional=("endpoint", "region", "prefix"),
        secret=("access_key_id", "secret_access_key", "session_token"),
    ),
    "http": Asks(required=("url",), secret=("token",)),
    "sql": Asks(required=("url",), secret=("password",)),
}
NOT_READ = {"azure_data_lake_gen1": "Azure Data Lake Gen1 was retired", "one_lake": "OneLake is not read here"}


def checked_name(name: str) -> str:
    if name in OWN:
        raise Refusal(
            "datastore_reserved",
            _("“%(name)s” is the product's own storage.") % {"name": name},
            hint=_("Choose another name."),
            status=409,
        )
    if not NAME.fullmatch(name):
        raise Refusal(
            "name_invalid",
            _("“%(name)s” cannot be the name of a data store.") % {"name": name[:100]},
            hint=_("Use lower-case letters, digits and underscores."),
            status=422,
            where=Where(parameter="name", value=name[:100]),
        )
    return name


def checked(
    kind: str, given: Mapping[str, Any], credentials: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """Settings and secrets. Raises Refusal `datastore_kind_unknown`, `field_unknown`, `field_missing`."""
    asks = asked_by(kind)
    settings = {name: _text(name, value) for name, value in given.items() if value not in (None, "")}
    secrets = {name: _text(name, value) for name, value in credentials.items() if value not in (None, "")}
    for name in settings:
        if name not in (*asks.required, *asks.optional, *asks.plain):
            raise _unknown(kind, name, (*asks.required, *asks.optional))
    for name in secrets:
        if name not in (*asks.secret, *asks.plain):
            raise _unknown(kind, f"credentials.{name}", (*asks.secret, *asks.plain))
    settings, secrets = _without_passwords(kind, settings, secrets)
    missing = next((name for name in asks.required if name not in settings), "")
    if missing:
        message = _("A data store of the type %(kind)s needs “%(name)s”.") % {"kind": kind, "name": missing}
        raise Refusal("field_missing", message, status=422, where=Where(parameter=missing))
    settings |= {name: secrets.pop(name) for name in asks.plain if name in secrets}
    return settings, secrets


def shown(settings: Mapping[str, str]) -> dict[str, str]:
    """As people see them: without a password that an address of an older store still carries."""
    return {name: IN_ADDRESS.sub(r"\g<head>:…@", value) for name, value in settings.items()}


def _without_passwords(
    kind: str, settings: dict[str, str], secrets: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """A password in a database's address is sealed like the others. Raises Refusal `secret_in_address`."""
    for name, value in settings.items():
        found = IN_ADDRESS.match(value)
        if found is None:
            continue
        if kind != "sql":
            message = _("“%(name)s” carries a password, and settings are seen by all of the project.") % {"name": name}
            hint = _("Leave it out there, and give it below credentials, where it is sealed.")
            raise Refusal("secret_in_address", message, hint=hint, status=422, where=Where(parameter=name))
        settings = {**settings, name: f"{found['head']}@{value[found.end() :]}"}
        secrets = {"password": unquote(found["password"]), **secrets}
    return settings, secrets


def asked_by(kind: str) -> Asks:
    if kind in KINDS:
        return KINDS[kind]
    raise Refusal(
        "datastore_kind_unknown",
        _("“%(kind)s” is no type of data store here. %(why)s")
        % {"kind": kind[:60], "why": f"{NOT_READ[kind]}." if kind in NOT_READ else ""},
        hint=nearest(kind, KINDS) or _("Types: %(all)s.") % {"all": ", ".join(KINDS)},
        status=422,
        where=Where(parameter="type", value=kind[:60]),
    )


def _text(name: str, value: Any) -> str:
    text = str(value).strip()
    if isinstance(value, dict | list) or len(text) > MOST_CHARACTERS:
        message = _("“%(name)s” must be a text.") % {"name": name}
        raise Refusal("field_invalid", message, status=422, where=Where(parameter=name))
    return text


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> Refusal:
    return Refusal(
        "field_unknown",
        _("“%(name)s” is no field of a data store of the type %(kind)s.") % {"name": name, "kind": kind},
        hint=nearest(name.removeprefix("credentials."), known) or _("Fields: %(all)s.") % {"all": ", ".join(known)},
        status=422,
        where=Where(parameter=name),
    )
