"""Rows that are found by their name, and the verbs that are alike for all kinds of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from mlops.client.connection import Connection, connect
from mlops.client.names import find
from mlops.client.options import confirm
from mlops.client.output import show


class Rows(NamedTuple):
    """`noun` as people say it, `path` of the list in REST."""

    noun: str
    path: str

    def address(self, connection: Connection, arguments: argparse.Namespace) -> str:
        """Of the row that the command names. Raises Refusal where there is none, with the nearest name."""
        row = find(connection, self.noun, arguments.name, path=self.path, project=arguments.project)
        return f"{self.path}{row['id']}/"

    def enable(self, arguments: argparse.Namespace) -> int:
        connection = connect()
        return show(arguments, connection.request("PATCH", self.address(connection, arguments), body={"enabled": True}))

    def disable(self, arguments: argparse.Namespace) -> int:
        connection = connect()
        body = {"enabled": False}
        return show(arguments, connection.request("PATCH", self.address(connection, arguments), body=body))

    def delete(self, arguments: argparse.Namespace, *, question: str) -> int:
        connection = connect()
        address = self.address(connection, arguments)
        confirm(arguments, question)
        connection.request("DELETE", address)
        return show(arguments, {"deleted": arguments.name})


class Versioned(NamedTuple):
    """Assets with versions: `path` of their list in REST; `found` gives the row that a command names, and a version."""

    path: str
    found: Callable[[Connection, argparse.Namespace], tuple[dict[str, Any], str]]

    def show(self, arguments: argparse.Namespace) -> int:
        connection = connect()
        row, version = self.found(connection, arguments)
        return show(arguments, connection.get(f"{self.path}{row['id']}/versions/{version}/"))

    def archive(self, arguments: argparse.Namespace) -> int:
        return self._act(arguments, "archive")

    def restore(self, arguments: argparse.Namespace) -> int:
        return self._act(arguments, "restore")

    def download(self, arguments: argparse.Namespace) -> int:
        connection = connect()
        row, version = self.found(connection, arguments)
        address = f"{self.path}{row['id']}/versions/{version}/download/"
        place = connection.download(address, Path(arguments.download_path))
        return show(arguments, {"name": row["name"], "version": version, "path": str(place)})

    def _act(self, arguments: argparse.Namespace, verb: str) -> int:
        connection = connect()
        row, _version = self.found(connection, arguments)
        return show(arguments, connection.post(f"{self.path}{row['id']}/{verb}/"))
