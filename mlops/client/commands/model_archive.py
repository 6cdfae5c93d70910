"""`mlops model archive` and `restore`: out of the lists and back, the whole model or one version."""

from __future__ import annotations

import argparse

from mlops.client.connection import connect
from mlops.client.names import find, split_version
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show


def define(verbs: Verbs) -> None:
    for name, help, run in (
        ("archive", "take a model, or one version, out of the lists", archive),
        ("restore", "put an archived model, or version, back into the lists", restore),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the model's name, or NAME:VERSION")
        verb.add_argument("-v", "--version", default="", help="this version alone")
        add_project(verb)


def archive(arguments: argparse.Namespace) -> int:
    return _act(arguments, "archive")


def restore(arguments: argparse.Namespace) -> int:
    return _act(arguments, "restore")


def _act(arguments: argparse.Namespace, verb: str) -> int:
    connection = connect()
    name, version = split_version(arguments.name.removeprefix("azureml:"))
    version = arguments.version or version
    row = find(connection, "model", name, path="models/", project=arguments.project, archived="true")
    address = f"models/{row['id']}/versions/{version}/{verb}/" if version else f"models/{row['id']}/{verb}/"
    done = connection.post(address)
    return show(arguments, {"name": name, "version": version, "archived": done["archived"]})
