"""`mlops datastore`: places outside that data comes from, by name; their credentials are sealed on the server."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from mlops.client.connection import Connection, connect
from mlops.client.documents import readable
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_file, add_name, add_project, add_settings, add_yes, confirm
from mlops.client.output import print_warnings, show
from mlops.formats.azureml.datastore import read_datastore
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.setting import with_settings

PATH = "datastores/"
COLUMNS = (
    ("name", "name"),
    ("type", "type"),
    ("default", "is_default"),
    ("state", "state"),
    ("project", "project"),
    ("description", "description"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a data store known, or change the one of that name", create_datastore)
    update = verbs.add("update", "change the data store of that name", create_datastore)
    for verb in (create, update):
        add_file(verb, "a data store YAML (azure_blob, azure_data_lake_gen2, s3, http, sql, local …)", required=True)
        add_name(verb, "another name than the file says", required=False)
        add_settings(verb)
        add_project(verb)
    add_project(verbs.add("list", "the data stores", list_datastores))
    for name, help, run in (
        ("show", "one data store; no secret is shown", show_datastore),
        ("test", "look whether it can be reached", test_datastore),
        ("set-default", "name it the default; jobs still write to the product's own storage", set_default),
        ("delete", "forget a data store", delete_datastore),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the data store's name")
        add_project(verb)
        if name == "delete":
            add_yes(verb)
    listed = verbs.add("list-content", "what lies at a path of it", list_content)
    add_name(listed, "the data store's name")
    add_project(listed)
    listed.add_argument("--path", default="", help="below the store, also a pattern")


def create_datastore(arguments: argparse.Namespace) -> int:
    text = readable(Path(arguments.file)).read_text(encoding="utf-8")
    settings = [*([f"name={arguments.name}"] if arguments.name else []), *arguments.set]
    wanted = read_datastore(with_settings(load(arguments.file, text), settings))
    for warning in wanted.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    connection = connect()
    body = msgspec.to_builtins(wanted) | {"project": project_for(connection, arguments.project)}
    body.pop("warnings")
    return show(arguments, connection.post(PATH, body))


def list_datastores(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def show_datastore(arguments: argparse.Namespace) -> int:
    return show(arguments, _found(connect(), arguments))


def test_datastore(arguments: argparse.Namespace) -> int:
    """Exit status 1 where it cannot be reached."""
    connection = connect()
    row = connection.post(f"{PATH}{_theirs(_found(connection, arguments))}/test/")
    status = show(arguments, row)
    return status or (0 if row["state"] == "reached" else 1)


def set_default(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = _found(connection, arguments)
    told = connection.post(f"{PATH}default/", {"project": row["project"], "name": row["name"]})
    print_warnings(told)
    return show(arguments, told)


def delete_datastore(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = _found(connection, arguments)
    confirm(arguments, f"Forget the data store “{row['name']}”?")
    connection.request("DELETE", f"{PATH}{_theirs(row)}/")
    return 0


def list_content(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = _found(connection, arguments)
    found = connection.request("GET", f"{PATH}{_theirs(row)}/content/", query={"path": arguments.path})
    return show(arguments, found["files"], columns=(("path", "path"), ("bytes", "size_bytes"), ("mark", "mark")))


def _found(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    project = project_for(connection, arguments.project)
    return find(connection, "datastore", arguments.name, path=PATH, project=project)


def _theirs(row: dict[str, Any]) -> str:
    if row["built_in"]:
        raise WrongUsage("datastore_reserved", f"“{row['name']}” is the product's own storage and always there.")
    return str(row["id"])
