"""`mlops online-deployment revisions`, `rollback` and `undo`: what was changed, and the way back."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.commands.online_endpoint import PATH
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

COLUMNS = (
    ("number", "number"),
    ("at", "created_at"),
    ("by", "created_by"),
    ("model", "model"),
    ("changes", "told"),
    ("why", "reason"),
)


def add_history(verbs: Verbs) -> None:
    revisions = verbs.add("revisions", "who changed what, when and why", list_revisions)
    rollback = verbs.add("rollback", "a new revision that is equal to an old one", roll_back)
    rollback.add_argument("--revision", type=int, default=0, help="which (default: the one before the present)")
    rollback.add_argument("--reason", default="", help="why, for the history")
    undo = verbs.add("undo", "undo a change that started no server, such as the number of instances", undo_edit)
    undo.add_argument("--edit", type=int, default=0, help="which change in place (default: the newest)")
    undo.add_argument("--reason", default="", help="why, for the history")
    for verb in (revisions, rollback, undo):
        add_name(verb, "the deployment's name")
        verb.add_argument("-e", "--endpoint-name", required=True, help="the endpoint's name")
        add_project(verb)


def list_revisions(arguments: argparse.Namespace) -> int:
    connection = connect()
    rows = connection.get(_path(connection, arguments))["results"]
    told = [row | {"told": "; ".join(_told(one["changes"]) for one in (*row["edits"], row))} for row in rows]
    return show(arguments, told, columns=COLUMNS)


def roll_back(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = _path(connection, arguments)
    number = arguments.revision
    if not number:
        rows = connection.get(path)["results"]
        if len(rows) < 2:
            raise WrongUsage("no_earlier_revision", f"“{arguments.name}” was never another.", hint="Update it instead.")
        number = rows[1]["number"]
    return show(arguments, connection.post(f"{path}{number}/restore/", {"reason": arguments.reason}))


def undo_edit(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = _path(connection, arguments)
    edits = connection.get(path)["results"][0]["edits"]
    if not edits:
        hint = "`mlops online-deployment rollback` goes back to an earlier revision."
        raise WrongUsage("no_edit", f"“{arguments.name}” was not changed in place since its last revision.", hint=hint)
    place = arguments.edit or edits[0]["place"]
    path = f"{path.removesuffix('revisions/')}edits/{place}/undo/"
    return show(arguments, connection.post(path, {"reason": arguments.reason}))


def _path(connection: Connection, arguments: argparse.Namespace) -> str:
    endpoint = find(connection, "endpoint", arguments.endpoint_name, path=PATH, project=arguments.project)
    row = find(connection, "deployment", arguments.name, path=f"{PATH}{endpoint['id']}/deployments/")
    return f"{PATH}{endpoint['id']}/deployments/{row['id']}/revisions/"


def _told(changes: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['field']}: {one['before']} → {one['after']}" for one in changes)
