"""`mlops service-account`: programs that work in a project, and their tokens."""

from __future__ import annotations

import argparse

from mlops.client.commands.token import expiry
from mlops.client.connection import connect
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_name, add_project, add_yes, confirm
from mlops.client.output import show, show_secret

COLUMNS = (("name", "name"), ("role", "role"), ("username", "username"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make an account for a program", create_account)
    create.add_argument("--role", default="operator", help="a built-in role or one of your own (default: operator)")
    create.add_argument("--description", default="", help="what it is for")
    add_project(verbs.add("list", "the service accounts of a project", list_accounts))
    update = verbs.add("update", "give it another role", update_account)
    update.add_argument("--role", required=True, help="the new role")
    remove = verbs.add("delete", "remove it; its tokens are refused at once", delete_account)
    add_yes(remove)
    token = verbs.add("create-token", "a token for it; shown this once", create_token)
    token.add_argument("--token-name", required=True, help="what the token is for")
    token.add_argument("--scopes", default="all", help="`all`, `read`, or actions with commas between them")
    token.add_argument("--expires", metavar="TIME", default="", help="such as 30d, 12h, 4w (default: never)")
    for command in (create, update, remove, token):
        add_name(command, "the account's name")
        add_project(command)


def create_account(arguments: argparse.Namespace) -> int:
    body = {"name": arguments.name, "role": arguments.role, "description": arguments.description}
    connection = connect()
    return show(arguments, connection.post(_path(arguments), body))


def list_accounts(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(_path(arguments))["results"], columns=COLUMNS)


def update_account(arguments: argparse.Namespace) -> int:
    path = f"{_path(arguments)}{arguments.name}/"
    return show(arguments, connect().request("PATCH", path, body={"role": arguments.role}))


def delete_account(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Remove the service account “{arguments.name}”? Its tokens are refused at once.")
    connect().request("DELETE", f"{_path(arguments)}{arguments.name}/")
    return show(arguments, {"deleted": arguments.name})


def create_token(arguments: argparse.Namespace) -> int:
    body = {"name": arguments.token_name, "scopes": arguments.scopes, "expires_at": expiry(arguments.expires)}
    made = connect().post(f"{_path(arguments)}{arguments.name}/tokens/", body)
    return show_secret(arguments, made, "secret")


def _path(arguments: argparse.Namespace) -> str:
    return f"projects/{project_for(connect(), arguments.project)}/service-accounts/"
