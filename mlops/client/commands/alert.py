"""`mlops alert`: what fires, and what is done about it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.formats.alerting import seconds_of

PATH, MUTES = "alerts/", "alert-mutes/"
COLUMNS = (
    ("id", "id"),
    ("alert", "name"),
    ("severity", "severity"),
    ("state", "state"),
    ("since", "since"),
    ("times", "times"),
    ("looked after by", "acknowledged_by"),
)
MUTE_COLUMNS = (
    ("id", "id"), ("rule", "rule"), ("about", "subject"), ("from", "begins_at"), ("until", "until"), ("why", "reason"),
)  # fmt: skip


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    listed = verbs.add("list", "alerts, the newest first", list_alerts)
    add_project(listed)
    listed.add_argument(
        "--state", choices=("open", "pending", "firing", "resolved", "all"), default="open", help="default: open"
    )
    for name, help, run in (
        ("show", "one alert with its history", show_alert),
        ("ack", "look after it: nobody is told again", acknowledge),
        ("resolve", "end it by hand; what comes again is a new alert", resolve),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the alert's id, or its title where that is one alone")
        add_project(verb)
        if name != "show":
            verb.add_argument("--note", default="", help="kept in its history")
    muted = verbs.add("mute", "tell nobody for a while; alerts are kept all the same", mute)
    add_project(muted)
    muted.add_argument("--for", dest="lasting", metavar="DURATION", required=True, help="such as 90m, 4h, 2d")
    muted.add_argument("--from", dest="begins_at", metavar="TIME", default="", help="a maintenance window to come")
    muted.add_argument("--rule", default="", help="a rule's name (default: all rules)")
    muted.add_argument("--subject", default="", help="a pattern, such as endpoints/churn/*")
    muted.add_argument("--me", action="store_true", help="for me alone; the others are told")
    muted.add_argument("--reason", default="", help="why")
    add_project(verbs.add("mutes", "mutes that run or will", list_mutes))
    ended = verbs.add("unmute", "end a mute before its time", unmute)
    ended.add_argument("id", help="as `mlops alert mutes` lists it")


def list_alerts(arguments: argparse.Namespace) -> int:
    state = "" if arguments.state == "all" else arguments.state
    return show(arguments, connect().all(PATH, project=arguments.project, state=state), columns=COLUMNS)


def show_alert(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(_path(connection, arguments)))


def acknowledge(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = _path(connection, arguments)
    return show(arguments, connection.post(f"{path}acknowledge/", {"note": arguments.note}))


def resolve(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = _path(connection, arguments)
    return show(arguments, connection.post(f"{path}resolve/", {"note": arguments.note}))


def mute(arguments: argparse.Namespace) -> int:
    connection = connect()
    begins = datetime.fromisoformat(arguments.begins_at).astimezone(UTC) if arguments.begins_at else None
    until = (begins or datetime.now(UTC)) + timedelta(seconds=seconds_of(arguments.lasting, name="--for"))
    body: dict[str, Any] = {
        "project": project_for(connection, arguments.project),
        "until": until.isoformat(),
        "begins_at": begins.isoformat() if begins else None,
        "rule": arguments.rule,
        "subject": arguments.subject,
        "personal": arguments.me,
        "reason": arguments.reason,
    }
    return show(arguments, connection.post(MUTES, body))


def list_mutes(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(MUTES, project=arguments.project), columns=MUTE_COLUMNS)


def unmute(arguments: argparse.Namespace) -> int:
    connect().request("DELETE", f"{MUTES}{arguments.id}/")
    return show(arguments, {"ended": arguments.id})


def _path(connection: Connection, arguments: argparse.Namespace) -> str:
    found = find(connection, "alert", arguments.name, path=PATH, project=arguments.project)
    return f"{PATH}{found['id']}/"
