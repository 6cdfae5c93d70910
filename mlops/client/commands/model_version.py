"""Finding one version of a model by what was typed."""

from __future__ import annotations

from typing import Any

from mlops.client.connection import Connection
from mlops.client.errors import WrongUsage
from mlops.client.names import find, split_version


def find_version(
    connection: Connection, text: str, *, version: str = "", project: str = ""
) -> tuple[dict[str, Any], int]:
    """The model's row and a version's number, of `name`, `name:3`, `name@latest` or `azureml:name:3`."""
    name, number = split_version(text)
    row = find(connection, "model", name, path="models/", project=project)
    wanted = version or number
    if wanted.isdecimal():
        return row, int(wanted)
    versions = connection.all(f"models/{row['id']}/versions/")
    if wanted not in ("", "latest"):
        raise WrongUsage("version_unknown", f"“{wanted}” is no version of “{name}”.", hint="A number, or latest.")
    return row, max(int(one["number"]) for one in versions)
