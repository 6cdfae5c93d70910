"""`mlops event`: what happened, and which types there are."""

from __future__ import annotations

import argparse
from pathlib import Path

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_project
from mlops.client.output import show

PATH = "events/"
COLUMNS = (
    ("time", "time"),
    ("type", "type"),
    ("subject", "subject"),
    ("actor", "actor"),
    ("reason", "reason"),
    ("id", "id"),
)
TYPES = (("type", "name"), ("raised when", "when"), ("subject", "subject"))
FILTERS = {
    "type": "such as mlops.run.failed or mlops.run.*",
    "subject": "a part of it, or models/churn* for its begin",
    "actor": "a user name, or system",
    "q": "a text in type, subject, reason or data",
    "start": "from then on, such as 2026-05-04T09:30:00Z",
    "end": "before then",
}


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    listed = verbs.add("list", "events, newest first", list_events)
    listed.add_argument("--most", type=int, default=50, help="how many (default: 50)")
    exported = verbs.add("export", "all that are asked for, oldest first, as JSON lines or CSV", export_events)
    exported.add_argument("--as", dest="form", choices=("jsonl", "csv"), default="jsonl", help="the form of the file")
    exported.add_argument("--to", metavar="PATH", default=".", help="a file or folder (default: this folder)")
    for verb in (listed, exported):
        add_project(verb)
        for name, help in FILTERS.items():
            verb.add_argument(f"--{'text' if name == 'q' else name}", dest=name, default="", help=help)
    shown = verbs.add("show", "one event as a CloudEvent", show_event)
    shown.add_argument("id", help="the event's id")
    types = verbs.add("types", "the types of events; with a name, the JSON Schema of its data", show_types)
    types.add_argument("name", nargs="?", default="", help="such as mlops.run.failed")


def list_events(arguments: argparse.Namespace) -> int:
    connection = connect()
    query = {**_asked(arguments), "limit": min(max(arguments.most, 1), 500)}
    found = connection.get(PATH, **query)
    rows = found["results"]
    while len(rows) < arguments.most and found.get("next"):
        found = connection.request("GET", found["next"])
        rows += found["results"]
    return show(arguments, rows[: arguments.most], columns=COLUMNS)


def export_events(arguments: argparse.Namespace) -> int:
    query = {**_asked(arguments), "as": arguments.form}
    place = connect().download(f"{PATH}export/", Path(arguments.to), **query)
    return show(arguments, {"file": str(place)})


def show_event(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(f"{PATH}{arguments.id}/"))


def show_types(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.name:
        return show(arguments, connection.get(f"event-types/{arguments.name}/"))
    return show(arguments, connection.all("event-types/"), columns=TYPES)


def _asked(arguments: argparse.Namespace) -> dict[str, str]:
    return {"project": arguments.project, **{name: getattr(arguments, name) for name in FILTERS}}
