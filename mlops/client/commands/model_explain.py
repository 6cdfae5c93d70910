"""`mlops model explain`: why a version scores as it does; its explanations listed, shown and downloaded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

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


def define(verbs: Verbs) -> None:
    verb = verbs.add("explain", "say which columns count in a version, for all rows and for each", explain)
    _add_version(verb)
    verb.add_argument(
        "--data",
        default="",
        metavar="NAME:VERSION",
        help="whose rows, such as azureml:cars:1, or model: those it carries (default: what stands behind it)",
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
    listed = verbs.add("list-explanations", "the explanations of a version", list_explanations)
    shown = verbs.add("show-explanation", "one explanation", show_explanation)
    loaded = verbs.add("download-explanation", "the files of an explanation, as a zip", download_explanation)
    for one in (listed, shown, loaded):
        _add_version(one)
    for one in (shown, loaded):
        one.add_argument("--explanation-name", default="", help="its name (default: the newest)")
    loaded.add_argument("--download-path", "-p", default=".", help="a folder or file name (default: here)")


def explain(arguments: argparse.Namespace) -> int:
    """With --stream Ctrl-C cancels it."""
    connection = connect()
    body = {name: getattr(arguments, option) for option, name in SETTINGS.items() if getattr(arguments, option)}
    made = connection.post(_address(connection, arguments), body)
    if not arguments.stream:
        return show(arguments, _shown(made))
    try:
        ended = until(
            telling(lambda: connection.get(f"explanations/{made['id']}/")),
            what=f"Explanation “{made['name']}”",
            good=("completed",),
            bad=("failed", "cancelled"),
            seconds=WAIT_SECONDS,
            interval=0.5,
        )
    except KeyboardInterrupt:
        connection.post(f"explanations/{made['id']}/cancel/")
        print("Cancelled.", file=sys.stderr)
        return 1
    return show(arguments, _shown(ended))


def list_explanations(arguments: argparse.Namespace) -> int:
    connection = connect()
    columns = (
        ("name", "name"),
        ("state", "state"),
        ("kind", "kind"),
        ("rows", "rows"),
        ("weightiest", "weightiest"),
        ("seconds", "seconds"),
        ("comment", "comment"),
    )
    rows = [_shown(one) for one in connection.get(_address(connection, arguments))["results"]]
    return show(arguments, rows, columns=columns)


def show_explanation(arguments: argparse.Namespace) -> int:
    return show(arguments, _shown(_one(connect(), arguments)))


def download_explanation(arguments: argparse.Namespace) -> int:
    connection = connect()
    one = _one(connection, arguments)
    place = Path(arguments.download_path)
    place = place / f"{one['name']}.zip" if place.is_dir() else place
    written = connection.download(f"explanations/{one['id']}/download/", place)
    return show(arguments, {"path": str(written)})


def _add_version(verb: Any) -> None:
    add_name(verb, "the model's name, or NAME:VERSION")
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    add_project(verb)


def _address(connection: Connection, arguments: argparse.Namespace) -> str:
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    return f"models/{row['id']}/versions/{number}/explanations/"


def _one(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    rows: list[dict[str, Any]] = connection.get(_address(connection, arguments))["results"]
    wanted = arguments.explanation_name
    found = next((one for one in rows if wanted in ("", one["name"])), None)
    if found is None:
        known = ", ".join(one["name"] for one in rows) or "none"
        message = f"There is no explanation “{wanted}”." if wanted else "The version has no explanation."
        raise WrongUsage("explanation_unknown", message, hint=f"There are: {known}. Ask with mlops model explain.")
    return found


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    summary = row["summary"] or {}
    weights = summary.get("weights", [])
    facts = {
        "kind": summary.get("kind", row["order"].get("kind", "")),
        "rows": summary.get("rows"),
        "seconds": round(summary["cost"]["seconds"], 1) if summary else None,
        "weightiest": ", ".join(one["column"] for one in weights[:3]),
        "importance": {one["column"]: one["importance"] for one in weights},
    }
    told = {name: row[name] for name in ("id", "name", "state", "reason", "hint", "comment", "version", "dataset")}
    return {**told, **facts, "url": row["url"]}
