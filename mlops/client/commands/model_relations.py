"""`mlops model add-dataset`, `remove-dataset`, and the parent model and resources of `update`."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.commands.model_version import find_version
from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

FIELDS = ("parent_model", "resources.cpu", "resources.memory_gib")


def define(verbs: Verbs) -> None:
    put = verbs.add("add-dataset", "put a dataset behind a version", link)
    off = verbs.add("remove-dataset", "take a dataset from behind a version", link)
    for verb, method in ((put, "POST"), (off, "DELETE")):
        add_name(verb, "the model's name, or NAME:VERSION")
        verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
        verb.add_argument("--dataset", required=True, metavar="NAME:VERSION", help="the dataset's version")
        verb.add_argument("--relation", default="training data", help="such as evaluation data, sample input")
        verb.set_defaults(method=method)
        add_project(verb)


def link(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    body = {"dataset": arguments.dataset, "relation": arguments.relation}
    made = connection.request(arguments.method, f"models/{row['id']}/versions/{number}/datasets/", body=body)
    return show(arguments, {"name": row["name"], "version": number, "datasets": made["datasets"]})


def fields_given(arguments: argparse.Namespace) -> dict[str, Any]:
    """Of `--set parent_model=prices:2 resources.cpu=2 resources.memory_gib=4`, which are taken out of the rest."""
    said = [one for one in arguments.set if one.partition("=")[0].strip() in FIELDS]
    arguments.set = [one for one in arguments.set if one not in said]
    found: dict[str, Any] = {}
    for name, _equals, value in (one.partition("=") for one in said):
        section, dot, key = name.strip().partition(".")
        if dot:
            found.setdefault(section, {})[key] = value.strip()
        else:
            found[section] = value.strip()
    return found
