"""`mlops monitor`: what is watched, what was found, looks now and of the past."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.documents import readable
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_file, add_name, add_project, add_yes
from mlops.client.output import show
from mlops.client.rows import Rows
from mlops.formats.refusal import Refusal

PATH = "monitors/"
ROWS = Rows("monitor", PATH)
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("endpoint", "endpoint"),
    ("dataset", "dataset"),
    ("state", "state"),
    ("since", "since"),
    ("next", "next_at"),
    ("reason", "reason"),
)
LOOK_COLUMNS = (
    ("number", "number"),
    ("start", "start"),
    ("end", "end"),
    ("state", "state"),
    ("alarm", "alarm"),
    ("rows", "rows"),
    ("cause", "cause"),
    ("reason", "reason"),
)
BACKFILL_COLUMNS = (
    ("number", "number"),
    ("start", "start"),
    ("end", "end"),
    ("windows", "progress.windows"),
    ("state", "state"),
    ("reason", "reason"),
)
FINAL = ("completed", "skipped", "failed", "cancelled")
POLL_SECONDS = 1.0


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a monitor from a YAML of Azure ML's form (monitorSchedule)", create_monitor)
    add_file(create, "a monitor YAML with trigger and create_monitor", required=True)
    add_name(create, "another name than the file says", required=False)
    add_project(create)
    update = verbs.add("update", "change a monitor to what its YAML says; its looks are kept", update_monitor)
    add_file(update, "a monitor YAML with trigger and create_monitor", required=True)
    add_name(update, "another name than the file says", required=False)
    add_project(update)
    add_project(verbs.add("list", "monitors with their state and next look", list_monitors))
    for name, help, run in (
        ("show", "one monitor with its settings and alarms", show_monitor),
        ("export", "its YAML, as create takes it", export),
        ("enable", "look from now on", ROWS.enable),
        ("disable", "look no more until enabled", ROWS.disable),
        ("delete", "delete a monitor with its looks", delete_monitor),
        ("run", "look now, at the window that ends now or a given one", run_now),
        ("backfill", "look at all windows of a past range, from the first row on", backfill),
        ("backfills", "those that were asked for, with their progress", backfills),
        ("cancel-backfill", "look at no more windows of a back-fill; what was looked at stays", cancel_backfill),
        ("looks", "its looks, the newest window first", looks),
        ("look", "one look with all that it found", one_look),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the monitor's name")
        add_project(verb)
        if name == "delete":
            add_yes(verb)
        if name in ("run", "backfill"):
            verb.add_argument("--start", help="ISO 8601, such as 2026-11-01", required=name == "backfill")
            verb.add_argument("--end", help="ISO 8601; default: now")
            verb.add_argument("--wait", action="store_true", help="until it has ended; exit status 1 on an alarm")
        if name == "backfill":
            verb.add_argument("--dry-run", action="store_true", help="only say how many windows there are")
        if name == "cancel-backfill":
            verb.add_argument("--number", type=int, help="default: the newest that is running")
        if name == "looks":
            verb.add_argument("--state", help="only these: queued, running, completed, skipped, failed, cancelled")
        if name == "look":
            verb.add_argument("--number", type=int, help="default: the newest")


def create_monitor(arguments: argparse.Namespace) -> int:
    return create_from(arguments, connect())


def create_from(arguments: argparse.Namespace, connection: Connection) -> int:
    asked, body = _read(arguments, connection)
    body |= {"name": arguments.name or asked.name, "enabled": asked.is_enabled, "description": asked.description}
    return show(arguments, connection.post(PATH, body))


def update_monitor(arguments: argparse.Namespace) -> int:
    connection = connect()
    asked, body = _read(arguments, connection)
    arguments.name = arguments.name or asked.name
    changed = {"settings": body["settings"], "description": asked.description, "enabled": asked.is_enabled}
    return show(arguments, connection.request("PATCH", ROWS.address(connection, arguments), body=changed))


def list_monitors(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def show_monitor(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(ROWS.address(connection, arguments)))


def export(arguments: argparse.Namespace) -> int:
    import yaml

    connection = connect()
    found = connection.get(f"{ROWS.address(connection, arguments)}yaml/")
    print(yaml.safe_dump(found, sort_keys=False, allow_unicode=True), end="")
    return 0


def delete_monitor(arguments: argparse.Namespace) -> int:
    return ROWS.delete(arguments, question=f"Delete the monitor “{arguments.name}” with its looks?")


def run_now(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = ROWS.address(connection, arguments)
    body = {name: value for name in ("start", "end") if (value := _moment(getattr(arguments, name), name))}
    made = connection.post(f"{path}looks/", body)["results"]
    if not arguments.wait:
        return show(arguments, made, columns=LOOK_COLUMNS)
    ended = [_ended(connection, f"{path}looks/{one['number']}/") for one in made]
    show(arguments, ended, columns=LOOK_COLUMNS)
    return 1 if any(one["alarm"] or one["state"] == "failed" for one in ended) else 0


def backfill(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = f"{ROWS.address(connection, arguments)}backfills/"
    body = {name: value for name in ("start", "end") if (value := _moment(getattr(arguments, name), name))}
    if arguments.dry_run:
        return show(arguments, connection.post(path, {**body, "only_count": True}))
    made = connection.post(path, body)
    stop = f"mlops monitor cancel-backfill -n {shlex.quote(arguments.name)} --number {made['number']}"
    count = made["progress"]["windows"]
    print(f"{count} windows from {made['start']} to {made['end']}. Stop with: {stop}", file=sys.stderr)
    while arguments.wait and made["state"] == "running":
        time.sleep(POLL_SECONDS)
        made = next(one for one in connection.get(path)["results"] if one["number"] == made["number"])
        print(f"{made['progress']['share']:.0%}", file=sys.stderr)
    return show(arguments, made)


def backfills(arguments: argparse.Namespace) -> int:
    connection = connect()
    found = connection.get(f"{ROWS.address(connection, arguments)}backfills/")["results"]
    return show(arguments, found, columns=BACKFILL_COLUMNS)


def cancel_backfill(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = f"{ROWS.address(connection, arguments)}backfills/"
    number = arguments.number
    if number is None:
        running = [one["number"] for one in connection.get(path)["results"] if one["state"] == "running"]
        if not running:
            hint = "Those that were asked for: monitor backfills."
            raise Refusal("backfill_missing", f"No back-fill of “{arguments.name}” is running.", hint=hint)
        number = max(running)
    return show(arguments, connection.post(f"{path}{number}/cancel/", {}))


def looks(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = f"{ROWS.address(connection, arguments)}looks/"
    return show(arguments, connection.all(path, state=arguments.state), columns=LOOK_COLUMNS)


def one_look(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = f"{ROWS.address(connection, arguments)}looks/"
    number = arguments.number
    if number is None:
        newest = connection.get(path)["results"]
        if not newest:
            raise Refusal("look_missing", f"“{arguments.name}” has not looked yet.", hint="Start one: monitor run.")
        number = newest[0]["number"]
    return show(arguments, connection.get(f"{path}{number}/"))


def _read(arguments: argparse.Namespace, connection: Connection) -> tuple[Any, dict[str, Any]]:
    """The file, and the body of the request that makes it."""
    import msgspec

    from mlops.formats.azureml.lines import load
    from mlops.formats.azureml.monitor import read_monitor

    place = readable(Path(arguments.file))
    asked = read_monitor(load(str(place), place.read_text(encoding="utf-8")))
    for warning in asked.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    settings = msgspec.to_builtins(asked.settings)
    project = project_for(connection, arguments.project)
    if asked.needs_baseline and asked.settings.target.endpoint:
        target = {"endpoint": asked.settings.target.endpoint, "deployment": asked.settings.target.deployment}
        settings["baseline"] = connection.get("monitors/suggestion/", project=project, **target)["baseline"]
    return asked, {"project": project, "settings": settings}


def _moment(text: str | None, name: str) -> str:
    from datetime import UTC, datetime

    if not text:
        return ""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        hint = "Such as 2026-11-01 or 2026-11-01T06:00Z."
        raise Refusal("time_invalid", f"--{name}: “{text}” is no time.", hint=hint) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def _ended(connection: Connection, path: str) -> dict[str, Any]:
    while True:
        found: dict[str, Any] = connection.get(path)
        if found["state"] in FINAL:
            found.pop("found", None)
            return found
        time.sleep(POLL_SECONDS)
