"""`mlops quota`: what projects and people may use, and what they do."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import quote

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
OF_PERSON: Columns = (("person", "person"), *OF_ALL[1:])


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    all_of_them = verbs.add("list", "of all projects, for administrators: the nearest to a limit first", list_all)
    all_of_them.add_argument("--people", action="store_true", help="instead of projects: of people")
    one = verbs.add("show", "of one project, one person, or (without either) your own", show_one)
    one.add_argument("project", metavar="PROJECT", nargs="?", default="", help="its short name")
    one.add_argument("--person", default="", help="for administrators: what a person has in all projects together")
    change = verbs.add("set", "give quotas, as an administrator", set_some)
    change.add_argument("project", metavar="PROJECT", nargs="?", default="", help="its short name")
    change.add_argument("--all", action="store_true", help="instead of a project: all that have none of their own")
    change.add_argument("--person", default="", help="instead of a project: a person, in all projects together")
    change.add_argument("--all-people", action="store_true", help="all people that have none of their own")
    for kind, help in KINDS.items():
        option = f"--{kind.replace('_', '-')}"
        change.add_argument(option, metavar="N", default=None, help=f"{help}: a number, unlimited, or default")


def list_all(arguments: argparse.Namespace) -> int:
    if arguments.people:
        answer = connect().get("people-quotas/")
        return show(arguments, [row for one in answer["people"] for row in _rows(one)], columns=OF_PERSON)
    answer = connect().get("quotas/")
    return show(arguments, [row for one in answer["projects"] for row in _rows(one)], columns=OF_ALL)


def show_one(arguments: argparse.Namespace) -> int:
    if arguments.project:
        return show(arguments, _rows(connect().get(f"projects/{arguments.project}/quotas/")), columns=OF_ALL)
    address = f"people/{quote(arguments.person, safe='')}/quotas/" if arguments.person else "me/quotas/"
    return show(arguments, _rows(connect().get(address)), columns=OF_PERSON)


def set_some(arguments: argparse.Namespace) -> int:
    given = {kind: value for kind in KINDS if (value := getattr(arguments, kind)) is not None}
    whose = (bool(arguments.project), arguments.all, bool(arguments.person), arguments.all_people)
    if sum(whose) != 1 or not given:
        raise WrongUsage(
            "quota_incomplete",
            "Say a project, --all, --person or --all-people, and at least one quota.",
            hint="Such as: mlops quota set churn --endpoints 5",
        )
    if arguments.all_people:
        return show(arguments, connect().request("PATCH", "people-quotas/", body=given)["defaults"])
    if arguments.person:
        address = f"people/{quote(arguments.person, safe='')}/quotas/"
        return show(arguments, _rows(connect().request("PATCH", address, body=given)), columns=OF_PERSON)
    if arguments.all:
        return show(arguments, connect().request("PATCH", "quotas/", body=given)["defaults"])
    answer = connect().request("PATCH", f"projects/{arguments.project}/quotas/", body=given)
    return show(arguments, _rows(answer), columns=OF_ALL)


def _rows(one: dict[str, Any]) -> list[dict[str, Any]]:
    whose: dict[str, Any] = {name: one[name] for name in ("project", "person") if name in one}
    return [{**whose, "kind": kind, **told} for kind, told in one["quotas"].items()]
