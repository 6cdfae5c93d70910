"""`mlops system`: how the server is, for its administrators."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from mlops.client.commands.log import add_options, show_log, show_logs
from mlops.client.connection import connect
from mlops.client.options import Verbs
from mlops.client.output import Columns, show

COLUMNS: dict[str, tuple[str, Columns]] = {
    "workers": (
        "the workers, and what each carries out now",
        (
            ("worker", "name"), ("state", "standing.state"), ("why", "standing.why"), ("since", "standing.since"),
            ("places", "places"), ("calls", "calls"), ("what to do", "standing.remedy"),
        ),
    ),
    "queues": (
        "what waits, and since when",
        (
            ("queue", "name"), ("waiting", "waiting"), ("oldest", "oldest_at"), ("state", "standing.state"),
            ("what to do", "standing.remedy"),
        ),
    ),
    "jobs": (
        "the regular jobs: when each ended well last, and how often it failed in a row",
        (
            ("job", "name"), ("every s", "every_seconds"), ("ended", "ended_at"), ("took s", "seconds"),
            ("failed in a row", "failures"), ("state", "standing.state"), ("why", "standing.why"),
        ),
    ),
    "wanted-workers": (
        "how many workers each pool should have, and why",
        (
            ("pool", "pool"), ("has", "workers"), ("wanted", "wanted"), ("why", "why"), ("waiting", "waiting"),
            ("running", "running"),
        ),
    ),
    "libraries": (
        "every library with its licence", (("library", "name"), ("version", "version"), ("licence", "licence")),
    ),
    "settings": (
        "every setting of the server with its origin",
        (("setting", "name"), ("value", "value"), ("origin", "origin"), ("what it is", "help")),
    ),
}  # fmt: skip


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("show", "in short: what is well, what is not, and what to do", show_all)
    for name, (help, columns) in COLUMNS.items():
        verbs.add(name, help, _list(name, columns))
    verbs.add("logs", "the logs of the server's processes", show_logs)
    add_options(verbs.add("log", "the last entries of one of them, filtered, followed", show_log))
    measured = verbs.add("storage", "what is stored, and how much of the disk is free", show_storage)
    measured.add_argument("--measure", action="store_true", help="have a worker measure the data directory now")
    for name, help in (
        ("database", "its kind, size, tables and migrations"),
        ("backups", "when the last was taken and verified"),
        ("versions", "of the product, Python, the machine and the database"),
    ):
        verbs.add(name, help, _one(name))


def show_all(arguments: argparse.Namespace) -> int:
    """Exit status 1 where something needs a hand."""
    found = connect().get("system/")
    if arguments.output in (None, "table") and not arguments.query:
        show(arguments, _in_short(found), columns=(
            ("part", "part"), ("state", "state"), ("why", "why"), ("since", "since"), ("what to do", "remedy"),
        ))  # fmt: skip
    else:
        show(arguments, found)
    return 1 if found["state"] == "bad" else 0


def show_storage(arguments: argparse.Namespace) -> int:
    if arguments.measure:
        return show(arguments, connect().post("system/storage/measure/"))
    return show(arguments, connect().get("system/storage/"))


def _in_short(found: dict[str, Any]) -> list[dict[str, Any]]:
    parts = {
        "workers": found["workers_standing"],
        "regular jobs": found["jobs_standing"],
        **{name: found[name]["standing"] for name in ("storage", "database", "backups")},
        **{f"waiting: {one['name']}": one["standing"] for one in found["queues"] if one["standing"]["state"] != "ok"},
    }
    return [{"part": name, **standing} for name, standing in parts.items()]


def _list(name: str, columns: Columns) -> Callable[[argparse.Namespace], int]:
    return lambda arguments: show(arguments, connect().get(f"system/{name}/")["results"], columns=columns)


def _one(name: str) -> Callable[[argparse.Namespace], int]:
    return lambda arguments: show(arguments, connect().get(f"system/{name}/"))
