"""`mlops model request` and `mlops model rule`: who must agree before stages and aliases move."""

from __future__ import annotations

import argparse
import json
from typing import Any

from mlops.client.connection import connect
from mlops.client.errors import WrongUsage
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_project
from mlops.client.output import show

REQUESTS, RULES = "model-requests/", "approval-rules/"
COLUMNS = (
    ("request", "id"),
    ("model", "name"),
    ("version", "version"),
    ("kind", "kind"),
    ("to", "to"),
    ("state", "state"),
    ("missing", "missing"),
    ("by", "asked_by"),
    ("reason", "reason"),
)
RULE_COLUMNS = (
    ("id", "id"),
    ("model", "model"),
    ("kind", "kind"),
    ("name", "name"),
    ("approvals", "approvals"),
    ("by", "by"),
)
ACTS = (
    ("approve", "agree; with the last approval that is needed it takes effect"),
    ("reject", "turn it down, with a reason"),
    ("withdraw", "take back what you asked for"),
)


def define(verbs: Verbs) -> None:
    requests = verbs.group("request", "stages and aliases that wait for approval")
    listed = requests.add("list", "requests, the newest first", list_requests)
    listed.add_argument("--state", default="", help="pending, done, rejected, withdrawn or expired")
    add_project(listed)
    one = requests.add("show", "one request with its approvals and checks", show_request)
    acts = [requests.add(name, help, decide) for name, help in ACTS]
    for verb, (name, _help) in zip(acts, ACTS, strict=True):
        verb.set_defaults(verb=name)
        verb.add_argument("--reason", default="", help="why; needed for a no")
    for verb in (one, *acts):
        verb.add_argument("request", type=int, help="the request's number")
    rules = verbs.group("rule", "which stages and aliases need approval")
    add_project(rules.add("list", "the rules of a project", list_rules))
    put = rules.add("set", "make a rule, or change the one for the same stage or alias", set_rule)
    point = put.add_mutually_exclusive_group(required=True)
    point.add_argument("--stage", default="", help="Production, Staging, Archived, or * for every other one")
    point.add_argument("--alias", default="", help="such as champion, or * for every other one")
    put.add_argument("--model", default="", help="of this model alone (default: all of the project)")
    put.add_argument("--approvals", type=int, default=1, help="how many people (0: the checks decide)")
    put.add_argument("--by", choices=("owner", "contributor"), default="owner", help="their least role")
    put.add_argument("--asker-may-approve", action="store_true", help="whoever asks may be one of them")
    put.add_argument(
        "--check", action="append", default=[], metavar="KIND[:NAME=VALUE,…]", help="such as metric:name=auc,least=0.8"
    )
    put.add_argument("--expires-after-days", type=int, default=14, help="then a request ends by itself")
    add_project(put)
    off = rules.add("remove", "remove a rule", remove_rule)
    off.add_argument("rule", help="the rule's id")


def list_requests(arguments: argparse.Namespace) -> int:
    found = connect().all(REQUESTS, project=arguments.project, state=arguments.state)
    return show(arguments, found, columns=COLUMNS)


def show_request(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(f"{REQUESTS}{arguments.request}/"))


def decide(arguments: argparse.Namespace) -> int:
    address = f"{REQUESTS}{arguments.request}/{arguments.verb}/"
    return show(arguments, connect().post(address, {"reason": arguments.reason}))


def list_rules(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(RULES, project=arguments.project), columns=RULE_COLUMNS)


def set_rule(arguments: argparse.Namespace) -> int:
    connection = connect()
    body: dict[str, Any] = {
        "project": project_for(connection, arguments.project),
        "model": arguments.model,
        "kind": "stage" if arguments.stage else "alias",
        "name": arguments.stage or arguments.alias,
        "approvals": arguments.approvals,
        "by": arguments.by,
        "asker_may_approve": arguments.asker_may_approve,
        "checks": [_check(one) for one in arguments.check],
        "expires_after_days": arguments.expires_after_days,
    }
    return show(arguments, connection.post(RULES, body))


def remove_rule(arguments: argparse.Namespace) -> int:
    connect().request("DELETE", f"{RULES}{arguments.rule}/")
    return show(arguments, {"removed": arguments.rule})


def _check(text: str) -> dict[str, Any]:
    if text.startswith("{"):
        found: dict[str, Any] = json.loads(text)
        return found
    kind, _colon, options = text.partition(":")
    check: dict[str, Any] = {"kind": kind}
    for part in filter(None, options.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            raise WrongUsage("check_unreadable", f"“{part}” says no value.", hint="Such as metric:name=auc,least=0.8.")
        check[name.strip()] = value.strip()
    return check
