"""`mlops retraining`: when a model is trained anew, and whether the new one takes over."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.documents import readable
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_file, add_name, add_project, add_yes, confirm, pairs
from mlops.client.output import show

PATH = "retraining-policies/"
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("model", "model"),
    ("endpoint", "endpoint"),
    ("enabled", "enabled"),
    ("next", "next_at"),
    ("reason", "reason"),
)
ATTEMPTS = (
    ("number", "number"),
    ("stage", "stage"),
    ("outcome", "outcome"),
    ("challenger", "challenger"),
    ("champion", "champion"),
    ("data", "data"),
    ("reason", "reason"),
)
ACTS = (
    ("approve", "let the new model take over"),
    ("reject", "keep the old model"),
    ("cancel", "end an attempt; its run is cancelled, its rollout rolled back"),
    ("retry", "take a failed attempt up again from where it failed"),
)
GOOD, BAD = ("promoted", "compared"), ("rejected", "failed", "cancelled", "skipped")
LOOK_SECONDS = 1.0


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a policy from a YAML file, or change the one of that name", create_policy)
    add_file(create, "the policy: name, model, what, when, compare, approval, then", required=True)
    add_name(create, "another name than the file says", required=False)
    create.add_argument("--reason", default="", help="why, for the history")
    add_project(create)
    add_project(verbs.add("list", "policies with their state", list_policies))
    run = verbs.add("run", "start an attempt now", run_policy)
    run.add_argument("--push", action="store_true", help="as a program such as CI: the policy's limits hold")
    run.add_argument("--key", default="", help="such as a commit: the same one twice is one attempt")
    run.add_argument("--set", nargs="+", metavar="NAME=VALUE", help="fields for ${{trigger.NAME}}")
    compare = verbs.add("compare", "what the policy says of two versions, without any effect", compare_versions)
    compare.add_argument("--challenger", required=True, metavar="VERSION", help="`name:number`, or the number alone")
    compare.add_argument("--champion", default="", metavar="VERSION", help="default: what is in use")
    acts = [verbs.add(name, help, act_on_attempt) for name, help in ACTS]
    switches = [
        verbs.add(name, help, switch)
        for name, help in (("enable", "let its triggers start attempts"), ("disable", "only people start attempts"))
    ]
    attempts = verbs.add("attempts", "the attempts of a policy, the newest first", list_attempts)
    one = verbs.add("show", "a policy; with --number one attempt with its evidence", show_policy)
    back = verbs.add("history", "what the policy as it is now would have decided before", looked_back)
    wait = verbs.add("wait", "until an attempt ends; exit status 1 unless it is promoted", wait_for)
    delete = verbs.add("delete", "delete a policy with its attempts", delete_policy)
    add_yes(delete)
    for verb, (name, _help) in zip(acts, ACTS, strict=True):
        verb.set_defaults(verb=name)
    for verb, name in zip(switches, ("enable", "disable"), strict=True):
        verb.set_defaults(verb=name)
    for verb in (run, *acts):
        verb.add_argument("--reason", default="", help="why, for the history")
    for verb in (run, compare):
        verb.add_argument("--stream", action="store_true", help="until it ends; exit status 1 unless it is promoted")
    for verb in (one, wait, *acts):
        verb.add_argument("--number", type=int, default=0, help="which attempt (default: the newest)")
    for verb in (run, compare, attempts, one, back, wait, delete, *acts, *switches):
        add_name(verb, "the policy's name")
        add_project(verb)


def create_policy(arguments: argparse.Namespace) -> int:
    import msgspec

    from mlops.formats.azureml.lines import load
    from mlops.formats.retraining_file import read_policy

    place = readable(Path(arguments.file))
    asked = read_policy(load(str(place), place.read_text(encoding="utf-8")))
    connection, name = connect(), arguments.name or asked.name
    if not name:
        raise WrongUsage("name_missing", f"{arguments.file} has no name.", hint="Write `name: …`, or give it with -n.")
    project = project_for(connection, arguments.project)
    settings = msgspec.to_builtins(asked.settings)
    known = next((row for row in connection.all(PATH, project=project) if row["name"] == name), None)
    body: dict[str, Any] = {"settings": settings, "description": asked.description}
    if known is not None:
        return show(arguments, _changed(connection, known, body | {"reason": arguments.reason}))
    return show(arguments, connection.post(PATH, body | {"project": project, "name": name, "enabled": asked.enabled}))


def _changed(connection: Connection, known: dict[str, Any], body: dict[str, Any]) -> Any:
    return connection.request("PATCH", f"{PATH}{known['id']}/", body=body)


def list_policies(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def run_policy(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    body = {"reason": arguments.reason, "push": arguments.push, "key": arguments.key}
    made = connection.post(f"{path}attempts/", body | {"fields": pairs(arguments.set) if arguments.set else {}})
    return _told(arguments, connection, path, made)


def compare_versions(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    made = connection.post(f"{path}comparisons/", {"challenger": arguments.challenger, "champion": arguments.champion})
    return _told(arguments, connection, path, made)


def list_attempts(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    return show(arguments, connection.all(f"{path}attempts/"), columns=ATTEMPTS)


def show_policy(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    return show(arguments, connection.get(f"{path}attempts/{arguments.number}/" if arguments.number else path))


def looked_back(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    return show(arguments, connection.get(f"{path}looked-back/")["results"])


def wait_for(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    return _until_ended(arguments, connection, _attempt(arguments, connection, path))


def act_on_attempt(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    one = _attempt(arguments, connection, path)
    return show(arguments, connection.post(f"{one}{arguments.verb}/", {"reason": arguments.reason}))


def switch(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    return show(arguments, connection.post(f"{path}{arguments.verb}/", {}))


def delete_policy(arguments: argparse.Namespace) -> int:
    connection, path = _policy(arguments)
    confirm(arguments, f"Delete the policy “{arguments.name}” with its attempts?")
    connection.request("DELETE", path)
    return 0


def _policy(arguments: argparse.Namespace) -> tuple[Connection, str]:
    connection = connect()
    row = find(connection, "retraining policy", arguments.name, path=PATH, project=arguments.project)
    return connection, f"{PATH}{row['id']}/"


def _attempt(arguments: argparse.Namespace, connection: Connection, path: str) -> str:
    if arguments.number:
        return f"{path}attempts/{arguments.number}/"
    newest = connection.get(f"{path}attempts/", limit=1)["results"]
    if not newest:
        hint = "Start one: mlops retraining run -n NAME."
        raise WrongUsage("no_attempt", f"“{arguments.name}” never had an attempt.", hint=hint)
    return f"{path}attempts/{newest[0]['number']}/"


def _told(arguments: argparse.Namespace, connection: Connection, path: str, made: dict[str, Any]) -> int:
    one = f"{path}attempts/{made['number']}/"
    return _until_ended(arguments, connection, one) if arguments.stream else show(arguments, made)


def _until_ended(arguments: argparse.Namespace, connection: Connection, path: str) -> int:
    told: tuple[str, str] = ("", "")
    while True:
        row = connection.get(path)
        if (row["stage"], row["reason"]) != told:
            told = (row["stage"], row["reason"])
            print(f"{row['stage'].replace('_', ' ')}: {row['reason']}", file=sys.stderr, flush=True)
        if not row["is_live"]:
            break
        time.sleep(LOOK_SECONDS)
    would_not = row["stage"] == "compared" and (row["verdict"] or {}).get("act") != "promote"
    if row["stage"] in BAD or would_not:
        code = "would_not_promote" if would_not else f"attempt_{row['stage']}"
        raise RequestFailed(code, f"Attempt {row['number']}: {row['reason']}", hint=row["hint"])
    return show(arguments, {name: value for name, value in row.items() if name not in ("evidence", "settings")})
