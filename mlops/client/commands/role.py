"""`mlops role`: roles made of actions, and what a person may do in a project."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.formats.refusal import Refusal

COLUMNS = (("name", "name"), ("project", "project"), ("actions", "actions"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("actions", "every action that a role may be made of", list_actions)
    add_project(verbs.add("list", "the roles that can be given in a project", list_roles))
    for verb, help, act in (("create", "make a role", create), ("update", "change a role's actions", update)):
        command = verbs.add(verb, help, act)
        add_name(command, "the role's name")
        command.add_argument("--actions", nargs="+", required=True, metavar="ACTION", help="such as models.deploy")
        command.add_argument("--description", default="", help="what it is for")
        _add_where(command)
    delete = verbs.add("delete", "delete a role that nobody holds", delete_role)
    add_name(delete, "the role's name")
    _add_where(delete)
    check = verbs.add("check", "what a person may do in a project, and why", check_person)
    check.add_argument("--person", required=True, help="as the person signs in")
    add_project(check)


def list_actions(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("actions/")["results"], columns=(("name", "name"), ("title", "title")))


def list_roles(arguments: argparse.Namespace) -> int:
    connection = connect()
    slug = project_for(connection, arguments.project)
    return show(arguments, connection.get("roles/", project=slug)["results"], columns=COLUMNS)


def create(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = {
        "project": _where(connection, arguments),
        "name": arguments.name,
        "actions": arguments.actions,
        "description": arguments.description,
    }
    return show(arguments, connection.post("roles/", body))


def update(arguments: argparse.Namespace) -> int:
    connection = connect()
    body: dict[str, Any] = {"actions": arguments.actions}
    if arguments.description:
        body["description"] = arguments.description
    return show(arguments, connection.request("PATCH", _address(connection, arguments), body=body))


def delete_role(arguments: argparse.Namespace) -> int:
    connection = connect()
    connection.request("DELETE", _address(connection, arguments))
    return show(arguments, {"deleted": arguments.name})


def check_person(arguments: argparse.Namespace) -> int:
    connection = connect()
    slug = project_for(connection, arguments.project)
    found = connection.get(f"projects/{slug}/rights/{arguments.person}/")["results"]
    return show(arguments, found, columns=(("action", "action"), ("by", "by")))


def _add_where(command: argparse.ArgumentParser) -> None:
    command.add_argument("--server", action="store_true", help="of the whole server, instead of a project")
    add_project(command)


def _where(connection: Connection, arguments: argparse.Namespace) -> str:
    """The project's slug; empty: the server."""
    return "" if arguments.server else project_for(connection, arguments.project)


def _address(connection: Connection, arguments: argparse.Namespace) -> str:
    slug = _where(connection, arguments)
    for one in connection.get("roles/", project=slug)["results"]:
        if one["name"] == arguments.name and one["id"] and one["project"] == slug:
            return f"roles/{one['id']}/"
    raise Refusal("not_found", f"There is no role “{arguments.name}” that can be changed.", hint="See: mlops role list")
