"""`mlops subscription`: events to programs of one's own, as signed webhooks."""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.documents import load_plain
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_file, add_name, add_project, add_yes, confirm
from mlops.client.output import show

PATH = "subscriptions/"
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("host", "host"),
    ("state", "state"),
    ("waiting", "deliveries.waiting"),
    ("dead", "deliveries.dead"),
    ("delivered", "delivered_at"),
    ("trouble", "trouble"),
)
DELIVERIES = (
    ("id", "id"),
    ("type", "type"),
    ("subject", "subject"),
    ("state", "state"),
    ("attempts", "attempts"),
    ("status", "status"),
    ("reason", "reason"),
)
TEXTS = {
    "url": "where events go to: https://…",
    "envelope": "cloudevents, cloudevents_binary, azure_cloudevents, azure_event_grid, openlineage or mlflow",
    "handshake": "whether the receiver is asked first: none, cloudevents or event_grid",
    "subject_begins_with": "such as models/churn",
    "subject_ends_with": "such as :3",
    "secret": "the signing secret, whsec_… (default: one is made and told once)",
}
WAIT_SECONDS = 30.0


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "subscribe; the signing secret is told once", create_subscription)
    create.add_argument("--all-projects", action="store_true", help="of everything (administrators)")
    named = {"create": create, "update": verbs.add("update", "change what is given, leave the rest", update)}
    for verb in named.values():
        add_file(verb, "a YAML with name, url, types, filters …")
        verb.add_argument(
            "--type", dest="types", action="append", metavar="TYPE", help="may be given again; mlops.run.*"
        )
        verb.add_argument(
            "--filter", dest="filters", action="append", metavar="KEY:OPERATOR:VALUE,…", help="may be given again"
        )
        for name, help in TEXTS.items():
            verb.add_argument(f"--{name.replace('_', '-')}", default=None, help=help)
    add_project(verbs.add("list", "subscriptions with what waits and what was not deliverable", list_subscriptions))
    for name, help, run in (
        ("show", "one subscription; neither address nor secret is shown", show_subscription),
        ("deliveries", "its deliveries, newest first", deliveries),
        ("test", "send an event to try it out, and wait for the answer", test),
        ("replay", "deliver events once more", replay),
        ("pause", "what happens meanwhile waits, for three days", pause),
        ("resume", "deliver what waits", resume),
        ("rotate-secret", "a new signing secret; for a day both sign", rotate),
        ("delete", "delete a subscription with the log of its deliveries", delete),
    ):
        named[name] = verbs.add(name, help, run)
    for name, verb in named.items():
        add_name(verb, "the subscription's name", required=name != "create")
        add_project(verb)
    named["deliveries"].add_argument("--state", default="", help="waiting, sending, delivered or dead")
    named["replay"].add_argument("--dead", action="store_true", help="all that were not deliverable")
    named["replay"].add_argument("--id", dest="ids", type=int, action="append", help="a delivery; may be given again")
    named["replay"].add_argument("--start", default="", help="every event from then on, such as 2026-05-04T09:30:00Z")
    named["replay"].add_argument("--end", default="", help="and before then")
    add_yes(named["delete"])


def create_subscription(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = _body(arguments)
    if not arguments.all_projects:
        body["project"] = project_for(connection, arguments.project or str(body.get("project", "")))
    return show(arguments, connection.post(PATH, body))


def update(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = {key: value for key, value in _body(arguments).items() if key not in ("project", "name")}
    return show(arguments, connection.request("PATCH", _path(connection, arguments), body=body))


def list_subscriptions(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def show_subscription(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(_path(connection, arguments)))


def deliveries(arguments: argparse.Namespace) -> int:
    connection = connect()
    found = connection.get(f"{_path(connection, arguments)}deliveries/", state=arguments.state)
    return show(arguments, found["results"], columns=DELIVERIES)


def test(arguments: argparse.Namespace) -> int:
    """Exit status 1 where the receiver did not take it."""
    connection = connect()
    path = _path(connection, arguments)
    made = connection.post(f"{path}test/")
    deadline = time.monotonic() + WAIT_SECONDS
    while made["state"] in ("waiting", "sending") and time.monotonic() < deadline:
        time.sleep(0.3)
        made = connection.get(f"{path}deliveries/{made['id']}/")
    show(arguments, made)
    return 0 if made["state"] == "delivered" else 1


def replay(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = {"dead": arguments.dead, "deliveries": arguments.ids or [], "start": arguments.start, "end": arguments.end}
    return show(arguments, connection.post(f"{_path(connection, arguments)}replay/", body))


def pause(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"{_path(connection, arguments)}pause/"))


def resume(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"{_path(connection, arguments)}resume/"))


def rotate(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"{_path(connection, arguments)}rotate-secret/", {}))


def delete(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = _path(connection, arguments)
    confirm(arguments, f"Delete the subscription “{arguments.name}”?")
    connection.request("DELETE", path)
    return show(arguments, {"deleted": arguments.name})


def _body(arguments: argparse.Namespace) -> dict[str, Any]:
    """The file, and over it what the command line says. The header Authorization comes from the environment alone."""
    body: dict[str, Any] = dict(load_plain(arguments.file)) if arguments.file else {}
    body |= {name: getattr(arguments, name) for name in TEXTS if getattr(arguments, name) is not None}
    if arguments.name:
        body["name"] = arguments.name
    if arguments.types:
        body["types"] = arguments.types
    if arguments.filters:
        body["filters"] = [_filter(text) for text in arguments.filters]
    if authorization := os.environ.get("MLOPS_SUBSCRIPTION_AUTHORIZATION", ""):
        body["authorization"] = authorization
    return body


def _filter(text: str) -> dict[str, Any]:
    from mlops.client.errors import WrongUsage
    from mlops.formats.event_filter import RANGE

    key, _colon, rest = text.partition(":")
    operator, _colon, values = rest.partition(":")
    if not key or not operator:
        hint = "Such as data.tags.area:StringIn:churn,price."
        raise WrongUsage("filter_unreadable", f"“{text}” is no filter.", hint=hint)
    words = [word for word in values.split(",") if word]
    pairs = [word.split("..") for word in words] if operator in RANGE else words
    return {"operatorType": operator, "key": key, "values": pairs}


def _path(connection: Connection, arguments: argparse.Namespace) -> str:
    return f"{PATH}{find(connection, 'subscription', arguments.name, path=PATH, project=arguments.project)['id']}/"
