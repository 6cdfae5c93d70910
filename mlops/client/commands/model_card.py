"""`mlops model card`: what people and the product say of a model or a version, written from a file or read as one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mlops.client.commands.model_version import find_version
from mlops.client.connection import connect
from mlops.client.documents import readable
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show


def define(verbs: Verbs) -> None:
    verb = verbs.add("card", "the card of a version, or of a model for all of them; with --file it is written", card)
    add_name(verb, "the model's name, NAME:VERSION or NAME@ALIAS")
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    verb.add_argument("--whole-model", action="store_true", help="the words for all versions")
    verb.add_argument("-f", "--file", default="", metavar="CARD.md", help="write it: Markdown; - reads standard input")
    verb.add_argument("--reason", default="", help="why, for the history")
    verb.add_argument("--edits", action="store_true", help="who wrote what, the newest first")
    verb.add_argument("--as", dest="form", choices=("markdown", "html"), default="", help="the whole card as a file")
    verb.add_argument("--download-path", "-p", default=".", help="where that file goes (default: here)")
    add_project(verb)


def card(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.whole_model:
        row = find(connection, "model", arguments.name, path="models/", project=arguments.project)
        address = f"models/{row['id']}/card/"
    else:
        row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
        address = f"models/{row['id']}/versions/{number}/card/"
    if arguments.file:
        body = {"card": _read(arguments.file), "reason": arguments.reason}
        return show(arguments, connection.request("PUT", address, body=body))
    if arguments.edits:
        return show(arguments, connection.get(f"{address}edits/")["results"])
    if arguments.form:
        place = connection.download(address, Path(arguments.download_path), **{"as": arguments.form})
        return show(arguments, {"name": row["name"], "path": str(place)})
    return show(arguments, connection.get(address))


def _read(file: str) -> str:
    return sys.stdin.read() if file == "-" else readable(Path(file)).read_text(encoding="utf-8")
