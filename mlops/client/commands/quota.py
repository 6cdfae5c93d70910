"""`mlops quota`: what projects may use, and what they do."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs
from mlops.client.output import Columns, show

KINDS = {
    "runs_at_once": "pipelines and jobs that go at the same time; others wait",
    "steps_at_once": "steps that run on workers at the same time; others wait",
    "runs_a_day": "pipelines and jobs of the last 24 hours",
    "endpoints": "real-time and batch endpoints together",
    "deployments": "deployments of both together",
    "schedules": "of pipelines",
    "storage": "bytes that are kept, such as 50GB",
}
OF_ALL: Columns = (
    ("project", "project"), ("kind", "kind"), ("used", "used"), ("most", "most"), ("own", "is_own"),
)  # fmt: skip


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("list", "of all projects, for administrators: the nearest to a limit first", list_all)
    one = verbs.add("show", "of one project", show_one)
    one.add_argument("project", metavar="PROJECT", help="its short name")
    change = verbs.add("set", "give quotas, as an administrator", set_some)
    change.add_argument("project", metavar="PROJECT", nargs="?", default="", help="its short name")
    change.add_argument("--all", action="store_true", help="instead of a project: all that have none of their own")
    for kind, help in KINDS.items():
        option = f"--{kind.replace('_', '-')}"
        change.add_argument(option, metavar="N", default=None, help=f"{help}: a number, unlimited, or default")


def list_all(arguments: argparse.Namespace) -> int:
    answer = connect().get("quotas/")
    return show(arguments, [row for one in answer["projects"] for row in _rows(one)], columns=OF_ALL)


def show_one(arguments: argparse.Namespace) -> int:
    return show(arguments, _rows(connect().get(f"projects/{arguments.project}/quotas/")), columns=OF_ALL)


def set_some(arguments: argparse.Namespace) -> int:
    given = {kind: value for kind in KINDS if (value := getattr(arguments, kind)) is not None}
    if bool(arguments.project) == arguments.all or not given:
        raise WrongUsage(
            "quota_incomplete",
            "Say a project or --all, and at least one quota.",
            hint="Such as: mlops quota set churn --endpoints 5",
        )
    if arguments.all:
        return show(arguments, connect().request("PATCH", "quotas/", body=given)["defaults"])
    answer = connect().request("PATCH", f"projects/{arguments.project}/quotas/", body=given)
    return show(arguments, _rows(answer), columns=OF_ALL)


def _rows(one: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"project": one["project"], "kind": kind, **told} for kind, told in one["quotas"].items()]
