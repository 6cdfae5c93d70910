"""`mlops rollout`: a deployment takes an endpoint's traffic over step by step, and is rolled back when it is worse."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from mlops.client.commands.online_endpoint import PATH
from mlops.client.connection import Connection, connect
from mlops.client.documents import load_plain
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs, add_file, add_project, pairs
from mlops.client.output import show

COLUMNS = (
    ("number", "number"),
    ("candidate", "candidate"),
    ("control", "control"),
    ("state", "state"),
    ("step", "step"),
    ("reason", "reason"),
)
ACTS = (
    ("pause", "hold it at its present step; it is still rolled back when a gate says so"),
    ("resume", "let it go on"),
    ("promote", "all the traffic to the candidate now"),
    ("rollback", "the traffic of before, at once; also of a rollout that has finished"),
    ("stop", "leave the traffic as it is, to be set by hand"),
)
LOOK_SECONDS = 2.0
AT_ONCE = 5_000


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "begin a rollout", create_rollout)
    create.add_argument("--candidate", "-d", required=True, help="the deployment that takes over")
    create.add_argument("--control", default="", help="who it is compared with (default: who has the most traffic)")
    add_file(create, "the plan as YAML or JSON: steps, gates, alpha")
    create.add_argument("--steps", nargs="+", metavar="PERCENT", help='such as "1 10 50 100"')
    create.add_argument("--mirror", type=float, metavar="PERCENT", help="a shadow step first: copies, no traffic")
    create.add_argument("--least-seconds", type=float, help="of each step (default: 300)")
    create.add_argument("--least-requests", type=int, help="of the candidate in each step (default: 100)")
    create.add_argument("--most-seconds", type=float, help="a step that is not through by then is rolled back")
    create.add_argument(
        "--gate",
        nargs="+",
        metavar="LIMIT",
        help='such as "errors=0.01 latency=1.5 metric=0.02": more errors, times the p95, worse outcomes at most',
    )
    create.add_argument("--wait", action="store_true", help="until it ends; exit status 1 where it was rolled back")
    listed = verbs.add("list", "the rollouts of an endpoint, the newest first", list_rollouts)
    show_verb = verbs.add("show", "one rollout with its steps and gates", show_rollout)
    wait = verbs.add("wait", "until it ends; exit status 1 where it was rolled back", wait_for_rollout)
    acts = [verbs.add(name, help, act_on_rollout) for name, help in ACTS]
    outcomes = verbs.add("report", "what became of requests: the metric that a gate compares", report_outcomes)
    add_file(outcomes, 'JSON or YAML: a list of {"request_id", "value", "deployment"} under “outcomes”', required=True)
    for verb, (name, _help) in zip(acts, ACTS, strict=True):
        verb.set_defaults(verb=name)
    for verb in (create, *acts):
        verb.add_argument("--reason", default="", help="why, for the history")
    for verb in (show_verb, wait, *acts):
        verb.add_argument("--number", type=int, default=0, help="which (default: the newest)")
    for verb in (create, listed, show_verb, wait, outcomes, *acts):
        verb.add_argument("-e", "--endpoint-name", required=True, help="the endpoint's name")
        add_project(verb)


def create_rollout(arguments: argparse.Namespace) -> int:
    connection = connect()
    body: dict[str, Any] = {"candidate": arguments.candidate, "plan": _plan(arguments)}
    body |= {name: value for name in ("control", "reason") if (value := getattr(arguments, name))}
    path = _path(connection, arguments)
    made = connection.post(path, body)
    return _until_ended(arguments, connection, f"{path}{made['number']}/") if arguments.wait else show(arguments, made)


def list_rollouts(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.all(_path(connection, arguments)), columns=COLUMNS)


def show_rollout(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(_one(connection, arguments)))


def wait_for_rollout(arguments: argparse.Namespace) -> int:
    connection = connect()
    return _until_ended(arguments, connection, _one(connection, arguments))


def act_on_rollout(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = f"{_one(connection, arguments)}{arguments.verb}/"
    return show(arguments, connection.post(path, {"reason": arguments.reason}))


def report_outcomes(arguments: argparse.Namespace) -> int:
    """Sent by thousands; of a request the first report counts, so that a file may be sent again."""
    given = load_plain(arguments.file).get("outcomes")
    if not isinstance(given, list):
        hint = 'Such as {"outcomes": [{"request_id": "…", "value": 1, "deployment": "blue"}]}.'
        raise WrongUsage("outcomes_missing", f"{arguments.file} has no list of outcomes.", hint=hint)
    connection = connect()
    path = _path(connection, arguments).replace("/rollouts/", "/outcomes/")
    parts = [given[first : first + AT_ONCE] for first in range(0, len(given), AT_ONCE)]
    new = sum(connection.post(path, {"outcomes": part})["new"] for part in parts)
    return show(arguments, {"new": new, "received": len(given)})


def _until_ended(arguments: argparse.Namespace, connection: Connection, path: str) -> int:
    told = ""
    while True:
        row = connection.get(path)
        if row["reason"] != told:
            told = row["reason"]
            print(f"step {row['step']}: {told}", file=sys.stderr, flush=True)
        if row["ended_at"]:
            break
        time.sleep(LOOK_SECONDS)
    if row["state"] == "rolled_back":
        raise RequestFailed("rolled_back", f"Rollout {row['number']} was rolled back: {told}", hint=row["hint"])
    return show(arguments, row)


def _path(connection: Connection, arguments: argparse.Namespace) -> str:
    row = find(connection, "endpoint", arguments.endpoint_name, path=PATH, project=arguments.project)
    return f"{PATH}{row['id']}/rollouts/"


def _one(connection: Connection, arguments: argparse.Namespace) -> str:
    path = _path(connection, arguments)
    if arguments.number:
        return f"{path}{arguments.number}/"
    newest = connection.get(path, limit=1)["results"]
    if not newest:
        hint = "Begin one: mlops rollout create -e ENDPOINT -d DEPLOYMENT."
        raise WrongUsage("no_rollout", f"“{arguments.endpoint_name}” never had a rollout.", hint=hint)
    return f"{path}{newest[0]['number']}/"


def _plan(arguments: argparse.Namespace) -> dict[str, Any]:
    """The file's, with what the options say in its place."""
    plan: dict[str, Any] = load_plain(arguments.file) if arguments.file else {}
    if arguments.steps:
        plan["steps"] = [{"percent": _number(word)} for word in " ".join(arguments.steps).replace(",", " ").split()]
    limits = {
        name: value
        for name in ("least_seconds", "least_requests", "most_seconds")
        if (value := getattr(arguments, name)) is not None
    }
    if limits or arguments.mirror is not None:
        steps = plan.get("steps") or [1, 10, 50, 100]
        steps = [one if isinstance(one, dict) else {"percent": one} for one in steps]
        if arguments.mirror is not None:
            steps = [{"percent": 0, "mirror": arguments.mirror}, *steps]
        plan["steps"] = [one | limits for one in steps]
    if arguments.gate:
        plan["gates"] = [_gate(kind, value) for kind, value in pairs(arguments.gate).items()]
    return plan


def _gate(kind: str, value: str) -> dict[str, Any]:
    return {"kind": kind, "ratio" if kind == "latency" else "tolerance": _number(value)}


def _number(text: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        raise WrongUsage("plan_unreadable", f"“{text}” is no number.", hint='Such as --steps "1 10 50 100".') from None
