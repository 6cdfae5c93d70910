"""`mlops model scan`: what was found in a version's files."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from mlops.client.commands.model_version import find_version
from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

COLUMNS = (("file", "file"), ("verdict", "verdict"), ("opens", "opens"), ("why", "why"))
LOOK_SECONDS = 1.0


def define(verbs: Verbs) -> None:
    scan = verbs.add("scan", "what a version's pickles would open; waits until all files are read", scan_model)
    add_name(scan, "the model's name, or NAME:VERSION")
    scan.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    scan.add_argument("--wait", type=float, default=120.0, metavar="SECONDS", help="how long at most (default: 120)")
    add_project(scan)


def scan_model(arguments: argparse.Namespace) -> int:
    """The status is 1 where a file is dangerous."""
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    address = f"models/{row['id']}/versions/{number}/scan/"
    told = connection.get(address)
    deadline = time.monotonic() + arguments.wait
    if told["waiting"]:
        connection.post(address)
    while told["waiting"] and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        told = connection.get(address)
    form = arguments.output or ("table" if sys.stdout.isatty() else "json")
    whole = {**told, "name": row["name"], "version": number}
    show(arguments, _rows(told) if form in ("table", "tsv") else whole, columns=COLUMNS)
    return 1 if told["verdict"] == "dangerous" else 0


def _rows(told: dict[str, Any]) -> list[dict[str, Any]]:
    whole = {"file": "(all)", "verdict": told["label"], "opens": "", "why": told["meaning"]}
    return [whole, *(line for file in told["files"] for line in _lines(file))]


def _lines(file: dict[str, Any]) -> list[dict[str, Any]]:
    if not file["findings"]:
        return [{"file": file["path"], "verdict": file["verdict"], "opens": "", "why": ""}]
    return [
        {
            "file": f"{file['path']} ({one['inside']})" if one["inside"] else file["path"],
            "verdict": one["verdict"],
            "opens": one["what"],
            "why": one["why"],
        }
        for one in file["findings"]
    ]
