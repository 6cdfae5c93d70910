"""`mlops online-endpoint label` and `… collected`: labels that come later, and what an endpoint collected."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from mlops.client.commands.label_ids import looked_up
from mlops.client.commands.token import seconds_of
from mlops.client.connection import Connection, connect
from mlops.client.documents import readable
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs, add_file, add_name, add_project, add_yes, confirm
from mlops.client.output import show
from mlops.client.waiting import until

PATH = "online-endpoints/"
COLUMNS = (
    ("deployment", "deployment"),
    ("state", "state"),
    ("rows", "rows"),
    ("bytes", "size_bytes"),
    ("last row", "last_row_at"),
    ("lag (s)", "lag_seconds"),
    ("dropped", "dropped"),
    ("reason", "reason"),
)
SAVED_COLUMNS = (
    ("dataset", "dataset"),
    ("version", "version"),
    ("rows", "rows"),
    ("state", "state"),
    ("end", "end"),
    ("reason", "reason"),
)
HOUR = 3600


def define(verbs: Verbs) -> None:
    label = verbs.add("label", "send labels: what was really the case with requests that were answered", send_labels)
    add_file(label, "CSV, Parquet or JSON rows: request_id or correlation_id, row where needed, and labels")
    label.add_argument("--dataset", default="", metavar="NAME[:VERSION]", help="or the rows of a dataset")
    label.add_argument("--request-id", default="", metavar="COLUMN", help="its column with the request id")
    label.add_argument("--correlation-id", default="", metavar="COLUMN", help="or with the correlation id")
    label.add_argument("--no-wait", action="store_true", help="do not wait until it is known which ids are unknown")
    _named(label)
    collected = verbs.group("collected", "what the endpoint collected: numbers, rows, exports, datasets")
    _named(collected.add("show", "state, rows and size of each deployment", show_collected))
    rows = collected.add("rows", "the last rows, newest first", show_rows)
    rows.add_argument("--deployment-name", "-d", default="", help="of this deployment alone")
    labels = collected.add("labels", "the labels that were sent, and how many belong to no known request", list_labels)
    export = collected.add("export", "write an archive in the layout of Azure's data collection", export_rows)
    export.add_argument("--download-path", "-p", default=".", metavar="PATH", help="a folder or file (default: .)")
    export.add_argument("--format", default="csv", help="csv (usual) or parquet")
    export.add_argument("--designation", action="append", default=[], help="such as inputs (repeatable; default: all)")
    save = collected.add("save", "make the window the next version of a dataset", save_rows)
    save.add_argument("--no-wait", action="store_true", help="do not wait until the version is ready")
    for verb in (export, save):
        _windowed(verb)
    refresh = collected.add("refresh", "make a new version of a dataset at an interval", refresh_dataset)
    refresh.add_argument("--every", default="1d", metavar="TIME", help="such as 6h or 1d (default: 1d)")
    refresh.add_argument("--window", default="", metavar="TIME", help="how far back, such as 30d (default: all)")
    refresh.add_argument("--stop", action="store_true", help="no more versions; those that were made stay")
    for verb in (save, refresh):
        verb.add_argument("--dataset", required=True, metavar="NAME", help="made where there is none")
        verb.add_argument("--labelled", action="store_true", help="only rows that have a label")
        verb.add_argument("--columns", default="training", help="training (usual), predictions or all")
    saved = collected.add("list-saved", "windows that became datasets", list_saved)
    remove = collected.add("remove", "remove rows and their labels for good", remove_rows)
    remove.add_argument("--column", required=True, help="request_id, correlation_id, or a column such as customer")
    remove.add_argument("--value", action="append", required=True, default=[], help="(repeatable)")
    remove.add_argument("--reason", default="", help="why, for the history")
    add_yes(remove)
    for verb in (rows, labels, export, save, refresh, saved, remove):
        _named(verb)


def send_labels(arguments: argparse.Namespace) -> int:
    if bool(arguments.file) == bool(arguments.dataset):
        raise WrongUsage("labels_missing", "Give -f FILE or --dataset NAME.")
    connection, base = _endpoint(arguments)
    path = f"{base}labels/"
    sent = _sent(connection, path, arguments)
    if not arguments.no_wait:
        sent = looked_up(connection, path, sent)
    return show(arguments, sent)


def _sent(connection: Connection, path: str, arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.dataset:
        body = {"dataset": arguments.dataset, "request_id": arguments.request_id}
        return connection.post(path, body | {"correlation_id": arguments.correlation_id})
    place = readable(Path(arguments.file))
    if place.suffix in (".json", ".jsonl"):
        return connection.post(path, _rows(place))
    return connection.send_files(path, fields={}, files=[(place.name, place)], under="file")


def show_collected(arguments: argparse.Namespace) -> int:
    connection, base = _endpoint(arguments)
    found = connection.get(f"{base}collected/")
    if arguments.output in (None, "table") and not arguments.query:
        return show(arguments, found["deployments"], columns=COLUMNS)
    return show(arguments, found)


def show_rows(arguments: argparse.Namespace) -> int:
    connection, base = _endpoint(arguments)
    return show(arguments, connection.get(f"{base}collected/rows/", deployment=arguments.deployment_name)["results"])


def list_labels(arguments: argparse.Namespace) -> int:
    connection, base = _endpoint(arguments)
    return show(arguments, connection.get(f"{base}labels/")["results"])


def export_rows(arguments: argparse.Namespace) -> int:
    connection, base = _endpoint(arguments)
    query = {
        "as": arguments.format,
        "start": arguments.start,
        "end": arguments.end,
        "deployments": ",".join(arguments.deployment_name),
        "designations": ",".join(arguments.designation),
    }
    place = connection.download(f"{base}collected/export/", Path(arguments.download_path), **query)
    return show(arguments, {"path": str(place)})


def save_rows(arguments: argparse.Namespace) -> int:
    connection, base = _endpoint(arguments)
    body = {**_chosen(arguments), "deployments": arguments.deployment_name}
    body |= {name: getattr(arguments, name) for name in ("start", "end") if getattr(arguments, name)}
    made = connection.post(f"{base}collected/datasets/", body)
    if not arguments.no_wait:
        address = f"{base}collected/datasets/{made['id']}/"
        made = until(
            lambda: connection.get(address),
            what=f"saving {arguments.dataset}",
            good=("completed",),
            bad=("failed",),
            seconds=HOUR,
            interval=0.5,
        )
    return show(arguments, made)


def refresh_dataset(arguments: argparse.Namespace) -> int:
    connection, base = _endpoint(arguments)
    path = f"{base}collected/refreshes/"
    if arguments.stop:
        for one in connection.get(path)["results"]:
            if one["dataset"] == arguments.dataset:
                connection.request("DELETE", f"{path}{one['id']}/")
                return 0
        raise RequestFailed("not_found", f"No dataset “{arguments.dataset}” is refreshed from this endpoint.")
    window = seconds_of(arguments.window, option="--window") / HOUR if arguments.window else None
    hours = {"every_hours": seconds_of(arguments.every, option="--every") / HOUR, "window_hours": window}
    return show(arguments, connection.post(path, {**_chosen(arguments), **hours}))


def list_saved(arguments: argparse.Namespace) -> int:
    connection, base = _endpoint(arguments)
    return show(arguments, connection.get(f"{base}collected/datasets/")["results"], columns=SAVED_COLUMNS)


def remove_rows(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Remove every row with this {arguments.column}, and its labels, for good?")
    connection, base = _endpoint(arguments)
    body = {"column": arguments.column, "values": arguments.value, "why": arguments.reason}
    made = connection.post(f"{base}collected/removals/", body)
    address = f"{base}collected/removals/{made['id']}/"
    ended = until(
        lambda: connection.get(address),
        what="the removal",
        good=("completed",),
        bad=("failed",),
        seconds=HOUR,
        interval=0.5,
    )
    return show(arguments, ended)


def _named(verb: argparse.ArgumentParser) -> None:
    add_name(verb, "the endpoint's name")
    add_project(verb)


def _windowed(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--start", default="", metavar="MOMENT", help="such as 2026-11-20 or 2026-11-20T12:00:00Z")
    verb.add_argument("--end", default="", metavar="MOMENT", help="not part of the window (default: now)")
    verb.add_argument("--deployment-name", "-d", action="append", default=[], help="(repeatable; default: all)")


def _chosen(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"dataset": arguments.dataset, "is_labelled": arguments.labelled, "columns": arguments.columns}


def _endpoint(arguments: argparse.Namespace) -> tuple[Connection, str]:
    connection = connect()
    row = find(connection, "endpoint", arguments.name, path=PATH, project=arguments.project)
    return connection, f"{PATH}{row['id']}/"


def _rows(place: Path) -> Any:
    """A list, or one object a line."""
    text = place.read_text(encoding="utf-8")
    try:
        if place.suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return json.loads(text)
    except ValueError as error:
        raise WrongUsage("labels_unreadable", f"{place} is no JSON: {error}.") from None
