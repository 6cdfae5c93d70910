"""Finding one version of a model by what was typed."""

from __future__ import annotations

from typing import Any

from mlops.client.connection import Connection
from mlops.client.errors import WrongUsage
from mlops.client.names import find, split_version
from mlops.formats.refusal import nearest


def find_version(
    connection: Connection, text: str, *, version: str = "", project: str = ""
) -> tuple[dict[str, Any], int]:
    """The model's row and a version's number, of `name`, `name:3`, `name@champion` or `azureml:name:3`."""
    name, number = split_version(text)
    row = find(connection, "model", name, path="models/", project=project, archived="true")
    wanted = version or number
    if wanted.isdecimal():
        return row, int(wanted)
    if wanted not in ("", "latest"):
        return row, _under(connection, row, wanted)
    versions = connection.all(f"models/{row['id']}/versions/", archived="true")
    if not versions:
        raise WrongUsage("version_unknown", f"“{name}” has no version.", hint="Register one.")
    return row, max(int(one["number"]) for one in versions)


def _under(connection: Connection, row: dict[str, Any], alias: str) -> int:
    found = connection.get(f"models/{row['id']}/aliases/")["results"]
    known = {one["alias"]: int(one["version"]) for one in found}
    if alias in known:
        return known[alias]
    hint = nearest(alias, known) or f"A number, latest, or an alias: {', '.join(known) or 'it has none'}."
    raise WrongUsage("version_unknown", f"“{alias}” is no version of “{row['name']}”.", hint=hint)
