"""`mlops channel`: the ways in which alerts leave the server."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.client.connection import connect
from mlops.client.documents import load_plain
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_file, add_name, add_project, add_yes
from mlops.client.output import show
from mlops.client.rows import Rows
from mlops.formats.refusal import Refusal

PATH = "channels/"
ROWS = Rows("channel", PATH)
COLUMNS = (
    ("name", "name"),
    ("kind", "kind"),
    ("scope", "scope"),
    ("leads to", "leads_to"),
    ("enabled", "enabled"),
    ("trouble", "trouble"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "set a channel up", create_channel)
    add_file(create, "a YAML with name, kind, options and, if need be, scope")
    add_name(create, "the channel's name", required=False)
    add_project(create)
    create.add_argument("--kind", default="", help="email, webhook, slack, teams or apprise")
    create.add_argument("--url", default="", help="where it leads; `-` reads it from standard input: it is a secret")
    create.add_argument("--to", default="", help="of e-mail: the addresses")
    create.add_argument("--scope", choices=("project", "person", "server"), default="", help="default: project")
    add_project(verbs.add("list", "channels with whether they arrive; no secret is shown", list_channels))
    for name, help, run in (
        ("show", "one channel; no secret is shown", show_channel),
        ("test", "send a message now and show the answer (status 1: it did not arrive)", test_channel),
        ("enable", "send there again", ROWS.enable),
        ("disable", "send nothing there until enabled", ROWS.disable),
        ("delete", "delete a channel that no rule names", delete_channel),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the channel's name")
        add_project(verb)
        if name == "delete":
            add_yes(verb)


def create_channel(arguments: argparse.Namespace) -> int:
    connection = connect()
    body: dict[str, Any] = load_plain(arguments.file) if arguments.file else {}
    options = dict(body.get("options") or {})
    url = sys.stdin.readline().strip() if arguments.url == "-" else arguments.url
    options |= {name: value for name, value in (("url", url), ("to", arguments.to)) if value}
    for name in ("name", "kind", "scope"):
        if value := getattr(arguments, name):
            body[name] = value
    if not body.get("kind") or not body.get("name"):
        raise Refusal("channel_incomplete", "A channel has a name and a kind.", hint="Give -n and --kind, or -f FILE.")
    if body.get("scope", "project") == "project":
        body["project"] = project_for(connection, arguments.project or str(body.get("project", "")))
    return show(arguments, connection.post(PATH, {**body, "options": options}))


def list_channels(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def show_channel(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(ROWS.address(connection, arguments)))


def test_channel(arguments: argparse.Namespace) -> int:
    connection = connect()
    answer = connection.post(f"{ROWS.address(connection, arguments)}test/")
    return show(arguments, answer) or (0 if answer["ok"] else 1)


def delete_channel(arguments: argparse.Namespace) -> int:
    return ROWS.delete(arguments, question=f"Delete the channel “{arguments.name}”?")
