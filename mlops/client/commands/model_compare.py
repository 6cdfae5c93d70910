"""`mlops model compare`: versions beside each other."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import connect
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

SECTIONS = ("facts", "metrics", "parameters", "data", "importances", "inputs", "outputs", "packages", "serving")


def define(verbs: Verbs) -> None:
    verb = verbs.add("compare", "versions beside each other: metrics, parameters, data, size, latency, …", compare)
    add_name(verb, "the model's name")
    verb.add_argument(
        "-v",
        "--versions",
        nargs="+",
        default=[],
        metavar="VERSION",
        help="numbers, or NAME:NUMBER of others (default: the newest five)",
    )
    verb.add_argument("--all", action="store_true", help="also what is equal in all of them")
    add_project(verb)


def compare(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = find(connection, "model", arguments.name, path="models/", project=arguments.project)
    found = connection.get(f"models/{row['id']}/compare/", version=",".join(arguments.versions))
    names = [f"{one['name']}:{one['number']}" for one in found["versions"]]
    lines = [
        {"part": part, "name": line["name"], **dict(zip(names, line["values"], strict=True))}
        for part in SECTIONS
        for line in found[part]
        if arguments.all or line["differs"] or part == "metrics"
    ]
    columns: Any = (("part", "part"), ("name", "name"), *((name, name) for name in names))
    return show(arguments, lines, columns=columns)
