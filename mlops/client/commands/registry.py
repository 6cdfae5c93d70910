"""`mlops registry`: logins to container registries, kept sealed on the server for pushing and pulling."""

from __future__ import annotations

import argparse
import getpass
import sys

from mlops.client.connection import connect
from mlops.client.errors import WrongUsage
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_project
from mlops.client.output import show

COLUMNS = (("registry", "registry"), ("name", "name"), ("without TLS", "is_insecure"), ("stored", "created_at"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    login = verbs.add("login", "store a name and password for a registry", store_login)
    login.add_argument("registry", help="host or host:port")
    login.add_argument("--username", "-u", default="", help="the name there")
    login.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    login.add_argument("--insecure", action="store_true", help="it may be spoken to without TLS")
    listed = verbs.add("list", "registries with a login; no password is shown", list_logins)
    logout = verbs.add("logout", "forget a login", remove_login)
    logout.add_argument("registry", help="host or host:port")
    for verb in (login, listed, logout):
        add_project(verb)


def store_login(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = {
        "project": project_for(connection, arguments.project),
        "registry": arguments.registry,
        "name": arguments.username,
        "password": _password(arguments) if arguments.username else "",
        "is_insecure": arguments.insecure,
    }
    return show(arguments, connection.post("registry-logins/", body))


def list_logins(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    return show(arguments, connection.all("registry-logins/", project=project), columns=COLUMNS)


def remove_login(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    found = [
        one for one in connection.all("registry-logins/", project=project) if one["registry"] == arguments.registry
    ]
    if not found:
        raise WrongUsage(
            "login_absent", f"There is no login for {arguments.registry}.", hint="See `mlops registry list`."
        )
    connection.request("DELETE", f"registry-logins/{found[0]['id']}/")
    return show(arguments, found[0])


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise WrongUsage("password_missing", "Nobody can type a password here.", hint="Use --password-stdin.")
    return getpass.getpass(f"Password of {arguments.username} at {arguments.registry}: ")
