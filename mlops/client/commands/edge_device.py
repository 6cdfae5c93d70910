"""`mlops edge-device`: devices that run a deployment, and what they last reported."""

from __future__ import annotations

import argparse
import platform

from mlops.client.commands.deployment_outputs import deployment_path
from mlops.client.connection import Connection, connect
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project, add_yes, confirm
from mlops.client.output import show, show_secret

COLUMNS = (
    ("name", "name"),
    ("platform", "platform"),
    ("state", "state"),
    ("bundle", "serial"),
    ("requests", "requests"),
    ("errors", "errors"),
    ("last report", "seen_at"),
    ("reason", "reason"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "enrol a device; its token is shown this once", create_device)
    usual = platform.machine() if platform.machine() in ("x86_64", "aarch64") else "x86_64"
    create.add_argument("--platform", choices=("x86_64", "aarch64"), default=usual, help=f"default: {usual}")
    listed = verbs.add("list", "the devices of a deployment", list_devices)
    shown = verbs.add("show", "one device with its newest reports", show_device)
    renew = verbs.add("renew-token", "a new token; the old one is worth nothing then", renew_token)
    delete = verbs.add("delete", "forget a device with its reports", delete_device)
    for verb in (create, shown, renew, delete):
        add_name(verb, "the device's name")
    for verb in (renew, delete):
        add_yes(verb)
    for verb in (create, listed, shown, renew, delete):
        verb.add_argument("-e", "--endpoint-name", required=True, help="the endpoint's name")
        verb.add_argument("-d", "--deployment-name", required=True, help="the deployment's name")
        add_project(verb)


def create_device(arguments: argparse.Namespace) -> int:
    connection = connect()
    made = connection.post(_devices(connection, arguments), {"name": arguments.name, "platform": arguments.platform})
    return show_secret(arguments, made, "token")


def list_devices(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.all(_devices(connection, arguments)), columns=COLUMNS)


def show_device(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(_one(connection, arguments)))


def renew_token(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Give “{arguments.name}” a new token? The old one is worth nothing then.")
    connection = connect()
    return show_secret(arguments, connection.post(f"{_one(connection, arguments)}token/"), "token")


def delete_device(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Forget the device “{arguments.name}” with its reports?")
    connection = connect()
    connection.request("DELETE", _one(connection, arguments))
    return 0


def _devices(connection: Connection, arguments: argparse.Namespace) -> str:
    return f"{deployment_path(connection, arguments, name=arguments.deployment_name)}devices/"


def _one(connection: Connection, arguments: argparse.Namespace) -> str:
    path = _devices(connection, arguments)
    return f"{path}{find(connection, 'device', arguments.name, path=path)['id']}/"
