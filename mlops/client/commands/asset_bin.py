"""`delete`, `undelete` and `purge` of assets and their versions: into the recycle bin, out of it, and for good."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

from mlops.client.commands.bin import found_in_bin, taken_out, thrown_away
from mlops.client.connection import Connection, connect
from mlops.client.names import find, project_of, split_version
from mlops.client.options import Verbs, add_name, add_project, add_yes, confirm
from mlops.client.output import show

VersionIn = Callable[[Connection, dict[str, Any], str], str]
"""How REST's addresses write a version of a row."""


class Deletable(NamedTuple):
    """`kind` as the bin tells it, such as `model`; `path` of the list in REST."""

    kind: str
    path: str
    version_in: VersionIn

    def define(self, verbs: Verbs) -> None:
        what = f"the {self.kind}'s name, or name:version"
        delete = verbs.add("delete", f"put a {self.kind}, or a version, into the recycle bin", self.delete)
        delete.add_argument("--reason", default="", help="why: it is kept with it")
        add_yes(delete)
        back = verbs.add("undelete", f"take a {self.kind}, or a version, out of the recycle bin", self.undelete)
        back.add_argument("--as", dest="new_name", default="", metavar="NAME", help="under another name")
        purge = verbs.add("purge", f"delete a {self.kind} in the recycle bin for good", self.purge)
        purge.add_argument("--yes", "-y", action="store_true", help="it cannot be undone: confirm it")
        purge.add_argument("--reason", default="", help="why: it is kept in the tombstone")
        for verb in (delete, back, purge):
            add_name(verb, what)
            verb.add_argument("-v", "--version", default="", help="this version alone")
            add_project(verb)

    def delete(self, arguments: argparse.Namespace) -> int:
        connection = connect()
        name, version = split_version(arguments.name.removeprefix("azureml:"))
        version = arguments.version or version
        row = find(connection, self.kind, name, path=self.path, project=arguments.project, archived="true")
        told = f"{name}:{version}" if version else name
        confirm(arguments, f"Put {told} into the recycle bin?")
        address = f"{self.path}{row['id']}/"
        if version:
            address += f"versions/{self.version_in(connection, row, version)}/"
        reason = f"?reason={quote(arguments.reason)}" if arguments.reason else ""
        connection.request("DELETE", f"{address}{reason}")
        return show(arguments, {"deleted": told, "project": project_of(row)})

    def undelete(self, arguments: argparse.Namespace) -> int:
        connection = connect()
        project, item = found_in_bin(connection, _named(arguments), kinds=self._kinds(), project=arguments.project)
        return show(arguments, taken_out(connection, project, item, name=arguments.new_name))

    def purge(self, arguments: argparse.Namespace) -> int:
        connection = connect()
        project, item = found_in_bin(connection, _named(arguments), kinds=self._kinds(), project=arguments.project)
        return show(arguments, thrown_away(connection, project, item, yes=arguments.yes, reason=arguments.reason))

    def _kinds(self) -> tuple[str, str]:
        return self.kind, f"{self.kind}_version"


def _named(arguments: argparse.Namespace) -> str:
    """As the bin names it."""
    name, version = split_version(arguments.name.removeprefix("azureml:"))
    version = arguments.version or version
    return f"{name}:{version}" if version else name


def as_written(connection: Connection, row: dict[str, Any], version: str) -> str:
    return quote(version, safe="")
