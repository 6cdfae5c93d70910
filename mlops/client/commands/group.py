"""`mlops group`: groups of people, who is in them, and the roles that they hold in projects."""

from __future__ import annotations

import argparse
from urllib.parse import quote

from mlops.client.connection import connect
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_name, add_project, add_yes, confirm
from mlops.client.output import show

COLUMNS = (("name", "name"), ("people", "people"))
ROLES = (("group", "group"), ("role", "role"), ("since", "since"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("list", "the groups of the server, and who is in them", list_groups)
    create = verbs.add("create", "make a group", create_group)
    delete = verbs.add("delete", "delete a group; what its people held by it alone is gone", delete_group)
    add_yes(delete)
    add = verbs.add("add", "put a person into a group", add_person)
    remove = verbs.add("remove", "take a person out of a group", remove_person)
    for verb in (add, remove):
        verb.add_argument("--person", required=True, help="as the person signs in")
    give = verbs.add("give-role", "give a group a role in a project", give_role)
    give.add_argument("--role", required=True, help="a built-in role or one of your own")
    take = verbs.add("take-role", "take a group's role in a project back", take_role)
    roles = verbs.add("roles", "which groups hold which roles in a project", list_roles)
    for verb in (create, delete, add, remove, give, take):
        add_name(verb, "the group's name")
    for verb in (give, take, roles):
        add_project(verb)


def list_groups(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("groups/")["results"], columns=COLUMNS)


def create_group(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().post("groups/", {"name": arguments.name}))


def delete_group(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Delete the group “{arguments.name}”? What its people held by it alone is gone at once.")
    connect().request("DELETE", _address(arguments.name))
    return show(arguments, {"deleted": arguments.name})


def add_person(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().post(f"{_address(arguments.name)}people/", {"name": arguments.person}))


def remove_person(arguments: argparse.Namespace) -> int:
    connect().request("DELETE", f"{_address(arguments.name)}people/{quote(arguments.person, safe='')}/")
    return show(arguments, {"removed": arguments.person, "group": arguments.name})


def give_role(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = {"group": arguments.name, "role": arguments.role}
    return show(arguments, connection.post(f"projects/{project_for(connection, arguments.project)}/groups/", body))


def take_role(arguments: argparse.Namespace) -> int:
    connection = connect()
    slug = project_for(connection, arguments.project)
    connection.request("DELETE", f"projects/{slug}/{_address(arguments.name)}")
    return show(arguments, {"removed": arguments.name, "project": slug})


def list_roles(arguments: argparse.Namespace) -> int:
    connection = connect()
    slug = project_for(connection, arguments.project)
    return show(arguments, connection.get(f"projects/{slug}/groups/")["results"], columns=ROLES)


def _address(name: str) -> str:
    return f"groups/{quote(name, safe='')}/"
