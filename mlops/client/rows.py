"""Rows that are found by their name, and the verbs that are alike for all kinds of them."""

from __future__ import annotations

import argparse
from typing import NamedTuple

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
