"""`mlops model explain`: why a version scores as it does; its explanations listed, shown and downloaded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlops.client.commands.model_version import find_version
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.client.waiting import telling, until

SETTINGS = {
    "data": "data",
    "kind": "kind",
    "rows": "rows",
    "background": "background",
    "seed": "seed",
    "surrogate": "surrogate",
    "label_column": "label",
    "fairness": "fairness",
    "dependence": "dependence",
    "budget_seconds": "budget_seconds",
    "explanation_name": "name",
    "comment": "comment",
    "for_deployments": "for_deployments",
}
WAIT_SECONDS = 8_000.0
COLUMNS = (
    ("name", "name"),
    ("state", "state"),
    ("kind", "kind"),
    ("rows", "rows"),
    ("weightiest", "weightiest"),
    ("seconds", "seconds"),
    ("comment", "comment"),
)


def define(verbs: Verbs) -> None:
    verb = verbs.add("explain", "say which columns count in a version, for all rows and for each", explain)
    add_version(verb)
    add_settings(verb)
    listed = verbs.add("list-explanations", "the explanations of a version", list_explanations)
    shown = verbs.add("show-explanation", "one explanation", show_explanation)
    loaded = verbs.add("download-explanation", "the files of an explanation, as a zip", download_explanation)
    for one in (listed, shown, loaded):
        add_version(one)
    for one in (shown, loaded):
        one.add_argument("--explanation-name", default="", help="its name (default: the newest)")
    loaded.add_argument("--download-path", "-p", default=".", help="a folder or file name (default: here)")


def add_settings(verb: Any) -> None:
    verb.add_argument(
        "--data",
        default="",
        metavar="NAME:VERSION",
        help="whose rows, such as azureml:cars:1; held-out: what the run kept from training; model: what it carries",
    )
    verb.add_argument(
        "--kind", default="", help="auto (default), tree, linear, permutation, kernel, deep, mimic or shuffling (pfi)"
    )
    verb.add_argument("--rows", default="", help="rows that are explained at most (default: 1000)")
    verb.add_argument("--background", default="", help="rows that stand for the usual (default: 30)")
    verb.add_argument("--seed", default="", help="of what is drawn (default: 0)")
    verb.add_argument("--surrogate", default="", help="of mimic: lightgbm (default), linear, sgd or tree")
    verb.add_argument("--label-column", default="", help="the column with the truth (default: the model's own)")
    verb.add_argument("--fairness", default="", metavar="COLUMN,COLUMN", help="columns whose groups are compared")
    verb.add_argument("--dependence", default="", help="columns that are followed one by one (default: 6)")
    verb.add_argument("--budget-seconds", default="", help="how long it may take (default: 600)")
    verb.add_argument("--explanation-name", default="", help="its name (default: explanation-1, -2 …)")
    verb.add_argument("--comment", default="", help="what it is for")
    verb.add_argument(
        "--for-deployments",
        action="store_true",
        help="deployments of the version explain their answers by it; up to 10 of its rows go with them",
    )
    verb.add_argument("--stream", action="store_true", help="wait for the result and tell the progress")


def explain(arguments: argparse.Namespace) -> int:
    """With --stream Ctrl-C cancels it."""
    connection = connect()
    body = {name: getattr(arguments, option) for option, name in SETTINGS.items() if getattr(arguments, option)}
    made = connection.post(address_of(connection, arguments), body)
    if not arguments.stream:
        return show(arguments, shown(made))
    try:
        ended = ended_of(connection, made)
    except KeyboardInterrupt:
        connection.post(f"explanations/{made['id']}/cancel/")
        print("Cancelled.", file=sys.stderr)
        return 1
    return show(arguments, shown(ended))


def ended_of(connection: Connection, asked: dict[str, Any]) -> dict[str, Any]:
    """Waits for its end and says how far it is. Raises RequestFailed where it did not complete."""
    return until(
        telling(lambda: connection.get(f"explanations/{asked['id']}/")),
        what=f"Explanation “{asked['name']}”",
        good=("completed",),
        bad=("failed", "cancelled"),
        seconds=WAIT_SECONDS,
        interval=0.5,
    )


def list_explanations(arguments: argparse.Namespace) -> int:
    connection = connect()
    rows = [shown(one) for one in connection.get(address_of(connection, arguments))["results"]]
    return show(arguments, rows, columns=COLUMNS)


def show_explanation(arguments: argparse.Namespace) -> int:
    return show(arguments, shown(one_of(connect(), arguments)))


def download_explanation(arguments: argparse.Namespace) -> int:
    connection = connect()
    one = one_of(connection, arguments)
    place = Path(arguments.download_path)
    place = place / f"{one['name']}.zip" if place.is_dir() else place
    written = connection.download(f"explanations/{one['id']}/download/", place)
    return show(arguments, {"path": str(written)})


def add_version(verb: Any) -> None:
    add_name(verb, "the model's name, or NAME:VERSION")
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    add_project(verb)


def address_of(connection: Connection, arguments: argparse.Namespace) -> str:
    """Of the list of a version, or of a job where one is named."""
    if job := getattr(arguments, "job", ""):
        found = connection.get(f"jobs/{quote(job, safe='')}/", project=arguments.project)
        return f"runs/{found['id']}/explanations/"
    if not arguments.name:
        raise WrongUsage("name_missing", "No model is named.", hint="Write -n NAME:VERSION, or --job NAME.")
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    return f"models/{row['id']}/versions/{number}/explanations/"


def one_of(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    rows: list[dict[str, Any]] = connection.get(address_of(connection, arguments))["results"]
    return named(rows, arguments.explanation_name)


def named(rows: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """The newest where no name is wanted."""
    found = next((one for one in rows if wanted in ("", one["name"])), None)
    if found is None:
        known = ", ".join(one["name"] for one in rows) or "none"
        message = f"There is no explanation “{wanted}”." if wanted else "There is no explanation yet."
        raise WrongUsage("explanation_unknown", message, hint=f"There are: {known}. Ask with mlops model explain.")
    return found


def shown(row: dict[str, Any]) -> dict[str, Any]:
    summary = row["summary"] or {}
    weights = summary.get("weights", [])
    facts = {
        "kind": summary.get("kind", row["order"].get("kind", "")),
        "rows": summary.get("rows"),
        "seconds": round(summary["cost"]["seconds"], 1) if summary else None,
        "weightiest": ", ".join(one["column"] for one in weights[:3]),
        "importance": {one["column"]: one["importance"] for one in weights},
    }
    progress = row["progress"]
    if progress:
        facts |= {"progress": progress["share"], "seconds": round(progress["seconds"], 1)}
    told = {name: row[name] for name in ("id", "name", "state", "reason", "hint", "comment", "version", "dataset")}
    return {**told, **facts, "url": row["url"]}
