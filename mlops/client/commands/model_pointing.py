"""`mlops model set-alias`, `remove-alias`, `history`, and the stage of `update`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.client.commands.model_version import find_version
from mlops.client.connection import Connection, connect
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

COLUMNS = (
    ("asked", "asked_at"),
    ("version", "version"),
    ("kind", "kind"),
    ("from", "before"),
    ("to", "to"),
    ("removal", "removal"),
    ("state", "state"),
    ("by", "asked_by"),
    ("reason", "reason"),
)


def define(verbs: Verbs) -> None:
    put = verbs.add("set-alias", "let an alias point to a version", set_alias)
    put.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    off = verbs.add("remove-alias", "let an alias point to nothing", remove_alias)
    for verb in (put, off):
        verb.add_argument("--alias", "-a", required=True, help="such as champion")
        add_reason(verb)
    told = verbs.add("history", "who moved stages and aliases, when and why, the newest first", history)
    told.add_argument("-v", "--version", default="", help="of this version alone")
    for verb in (put, off, told):
        add_name(verb, "the model's name")
        add_project(verb)


def add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", help="why, for the history and for those who approve")


def add_archive_others(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--archive-others", action="store_true", help="with a stage: versions that are in it go to the archive"
    )


def stage_given(arguments: argparse.Namespace) -> str:
    """Of `--stage`, or `--set stage=…`, which is taken out of the rest."""
    said = [one for one in arguments.set if one.partition("=")[0].strip() == "stage"]
    arguments.set = [one for one in arguments.set if one not in said]
    return str(arguments.stage or (said[-1].partition("=")[2].strip() if said else ""))


def move(connection: Connection, address: str, stage: str, arguments: argparse.Namespace) -> None:
    """Into the stage; says on standard error where that waits for approval."""
    body: dict[str, Any] = {"stage": stage, "reason": getattr(arguments, "reason", "")}
    body["archive_others"] = getattr(arguments, "archive_others", False)
    tell_waiting(connection.post(f"{address}stage/", body))


def set_alias(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    body = {"version": number, "reason": arguments.reason}
    made = connection.request("PUT", f"models/{row['id']}/aliases/{arguments.alias}/", body=body)
    tell_waiting(made)
    return show(arguments, made)


def remove_alias(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = find(connection, "model", arguments.name, path="models/", project=arguments.project)
    address = f"models/{row['id']}/aliases/{arguments.alias}/"
    made = connection.request("DELETE", address, body={"reason": arguments.reason})
    tell_waiting(made)
    return show(arguments, made)


def history(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = find(connection, "model", arguments.name, path="models/", project=arguments.project)
    found = connection.all(f"models/{row['id']}/transitions/", version=arguments.version)
    return show(arguments, found, columns=COLUMNS)


def tell_waiting(made: dict[str, Any]) -> None:
    if made["state"] == "pending":
        number = made["id"]
        told = f"Request {number} waits for approval; nothing has changed yet (mlops model request show {number})."
        print(told, file=sys.stderr)
