"""`mlops job compare A B …`: jobs beside each other."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import urlencode

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_project
from mlops.client.output import as_table, is_for_people, show

GROUPS = ("facts", "parameters", "data", "environment", "metrics")


def define(verbs: Verbs) -> None:
    verb = verbs.add("compare", "jobs beside each other: parameters, metrics, data, environment, code", compare_jobs)
    verb.add_argument("names", nargs="+", metavar="JOB", help="names, numbers or ids of two jobs or more")
    verb.add_argument("--all", action="store_true", help="also what is equal in all of them")
    add_project(verb)


def compare_jobs(arguments: argparse.Namespace) -> int:
    from mlops.client.commands.job import find_run

    connection = connect()
    ids = [find_run(connection, name, project=arguments.project) for name in arguments.names]
    found = connection.get("runs/beside/?" + urlencode([("run", one) for one in ids]))
    if not is_for_people(arguments):
        return show(arguments, found)
    columns = (("", "group"), ("", "name"), *((f"#{run['number']}", str(n)) for n, run in enumerate(found["runs"])))
    print(
        as_table(
            [_line(group, row) for group in GROUPS for row in _shown(found[group], arguments.all)], columns=columns
        )
    )
    for one in found["code"]:
        print(f"#{one['number']} beside #{found['runs'][0]['number']}: {len(one['files'])} files differ")
        for file in one["files"]:
            print(f"  {file['change']:8} {file['path']}")
    return 0


def _shown(rows: list[dict[str, Any]], everything: bool) -> list[dict[str, Any]]:
    return [row for row in rows if everything or row["differs"]]


def _line(group: str, row: dict[str, Any]) -> dict[str, Any]:
    """The best value of a metric has a star."""
    best = row.get("best", ())
    cells = {str(n): f"{value} *" if n in best else value for n, value in enumerate(row["values"])}
    return {"group": group, "name": row["name"], **cells}
