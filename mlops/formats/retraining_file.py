"""A retraining policy as a YAML file: `name`, `description`, and the settings; every fault with its line."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.refusal import nearest
from mlops.formats.retraining import RetrainingSettings
from mlops.formats.spoken import gettext as _

OWN = ("$schema", "type", "name", "description", "project", "enabled")
STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[\.\.\.\]")


class PolicyFile(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    settings: RetrainingSettings
    description: str = ""
    enabled: bool = True


def read_policy(source: Source) -> PolicyFile:
    """Raises Refusal `field_unknown`, `field_missing` or `field_invalid`, with the line."""
    given = fields(source)
    for name in ("description", "name"):
        if not isinstance(given.get(name, ""), str):
            raise source.refuse("field_invalid", _("“%(name)s” is no text.") % {"name": name}, at=(name,))
    if given.get("type", "retraining") != "retraining":
        raise source.refuse("field_invalid", _("“type” is not “retraining”."), at=("type",), hint="type: retraining")
    settings = {name: value for name, value in given.items() if name not in OWN}
    try:
        read = msgspec.convert(settings, RetrainingSettings)
    except msgspec.ValidationError as error:
        raise _at_its_line(source, str(error)) from error
    return PolicyFile(
        name=str(given.get("name", "")),
        description=str(given.get("description", "")),
        enabled=given.get("enabled", True) is not False,
        settings=read,
    )


def _at_its_line(source: Source, said: str) -> Exception:
    why, _at, place = said.partition(" - at `$")
    path: Path = tuple(int(number) if number else name for name, number in STEP.findall(place) if name or number)
    unknown = re.search(r"unknown field `([^`]*)`", why)
    if unknown:
        known = set(_fields_at(path)) | (set(OWN) if not path else set())
        return source.unknown(unknown[1], known, at=path, kind=_called(path))
    missing = re.search(r"missing required field `([^`]*)`", why)
    if missing:
        return source.refuse(
            "field_missing",
            _("%(called)s lacks “%(missing)s”.") % {"called": _called(path), "missing": missing[1]},
            at=path,
            hint=f"{missing[1]}: …",
        )
    name = str(path[-1]) if path else "the file"
    wrong = re.search(r"Invalid enum value '([^']*)'", why)
    hint = (
        nearest(wrong[1], _choices_at(path)) or (_("One of: %(names)s.") % {"names": ", ".join(_choices_at(path))})
        if wrong
        else ""
    )
    return source.refuse(
        "field_invalid", _("“%(name)s” cannot be understood: %(why)s.") % {"name": name, "why": why}, at=path, hint=hint
    )


def _called(path: Path) -> str:
    names = [str(part) for part in path if isinstance(part, str)]
    return f"“{names[-1]}”" if names else "a retraining policy"


def _fields_at(path: Path) -> dict[str, Any]:
    return dict(_schema_at(path).get("properties", {}))


def _choices_at(path: Path) -> list[str]:
    return [str(one) for one in _schema_at(path).get("enum", [])]


def _schema_at(path: Path) -> dict[str, Any]:
    """Of the JSON schema of the settings. Of a choice of forms, the first that has fields."""
    whole = msgspec.json.schema(RetrainingSettings)
    here: dict[str, Any] = whole
    for part in (None, *path):
        if part is not None:
            here = here.get("items", {}) if isinstance(part, int) else here.get("properties", {}).get(part, {})
        for _times in range(5):
            if "anyOf" in here:
                here = next((one for one in here["anyOf"] if "$ref" in one or "enum" in one), here["anyOf"][0])
            if "$ref" not in here:
                break
            here = whole["$defs"][here["$ref"].rpartition("/")[2]]
    return here
