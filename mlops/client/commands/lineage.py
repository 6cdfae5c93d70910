"""`mlops lineage`: what came from what, and what was deployed at an instant."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_project
from mlops.client.output import show

PATH = "lineage/"
COLUMNS = (
    ("endpoint", "endpoint"),
    ("deployment", "deployment"),
    ("percent", "percent"),
    ("model", "model"),
    ("revision", "revision"),
    ("state", "state"),
    ("image", "image"),
    ("environments", "environments"),
    ("since", "since"),
)
NODES = (("distance", "distance"), ("kind", "kind"), ("name", "name"), ("title", "title"), ("state", "state"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    shown = verbs.add("show", "what a thing came from and what came of it", show_graph)
    shown.add_argument("of", help="such as models/churn:3, datasets/cars:1 or runs/12")
    shown.add_argument(
        "--direction",
        choices=("up", "down", "both"),
        default="both",
        help="what it came from, what came of it, or both",
    )
    shown.add_argument("--depth", type=int, default=6, help="steps away from it (default: 6)")
    shown.add_argument("--kinds", default="", help="those that are followed, with commas, such as run,model")
    found = verbs.add("find", "things by a part of their name", find_things)
    found.add_argument("text", help="a part of the name")
    then = verbs.add("at", "what was deployed at an instant, also behind endpoints that are gone", deployed_at)
    then.add_argument("time", nargs="?", default="", help="such as 2026-11-01T12:00Z (default: now)")
    then.add_argument("--endpoint-name", dest="endpoint", default="", help="one endpoint alone")
    for verb in (shown, found, then):
        add_project(verb)


def show_graph(arguments: argparse.Namespace) -> int:
    query = {"of": arguments.of, "direction": arguments.direction, "depth": arguments.depth}
    found = connect().get(PATH, **query, **_given(arguments, "kinds", "project"))
    return show(arguments, found["nodes"] if _is_table(arguments) else found, columns=NODES)


def find_things(arguments: argparse.Namespace) -> int:
    found = connect().get(f"{PATH}things/", q=arguments.text, **_given(arguments, "project"))
    return show(arguments, found["results"], columns=NODES)


def deployed_at(arguments: argparse.Namespace) -> int:
    found = connect().get(f"{PATH}at/", **_given(arguments, "time", "endpoint", "project"))
    if not _is_table(arguments):
        return show(arguments, found)
    rows = [
        {
            **row,
            "endpoint": one["endpoint"],
            "deployment": row["name"],
            "image": row.get("image", {}).get("reference", ""),
            "environments": ", ".join(row.get("environments", [])),
            "since": one["since"],
        }
        for one in found["endpoints"]
        for row in one["served"].get("deployments", [])
    ]
    return show(arguments, rows, columns=COLUMNS)


def _is_table(arguments: argparse.Namespace) -> bool:
    """People get rows, programs everything."""
    return not arguments.query and (arguments.output == "table" or (not arguments.output and sys.stdout.isatty()))


def _given(arguments: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(arguments, name))}
