"""`mlops bin rules`: what goes into a project's recycle bin by itself, and how long the bin keeps things."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import connect
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_project
from mlops.client.output import show

FIELDS = ("days_in_bin", "keep_versions", "runs_days")


def define(verbs: Verbs) -> None:
    rules = verbs.add("rules", "show or set what goes into the bin by itself", set_rules)
    rules.add_argument("--keep-versions", type=int, help="so many of the newest versions of each model stay; 0: all")
    rules.add_argument("--runs-days", type=int, help="runs without a registered result go so long after their end")
    rules.add_argument("--days-in-bin", type=int, help="how long the bin keeps things; 0: for ever")
    rules.add_argument("--on", action="store_true", default=None, help="apply the rules every hour")
    rules.add_argument("--off", dest="on", action="store_false", help="apply nothing by itself")
    rules.add_argument("--dry-run", action="store_true", help="set nothing; list what would go, and what it frees")
    add_project(rules)


def set_rules(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    current: dict[str, Any] = connection.get("bin/policy/", project=project)
    given = {name: getattr(arguments, name) for name in FIELDS if getattr(arguments, name) is not None}
    if arguments.on is not None:
        given["is_on"] = arguments.on
    if not given and not arguments.dry_run:
        return show(arguments, current)
    body = {"project": project, "is_on": True} | {name: current[name] for name in FIELDS} | given
    if arguments.dry_run:
        return show(arguments, connection.post("bin/policy/try/", body))
    return show(arguments, connection.request("PUT", "bin/policy/", body=body))
