"""`mlops explain`: explanations of model versions and of jobs, asked for, followed, compared, brought along."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from mlops.client.commands import model_explain as of
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_file, add_name, add_project, confirm
from mlops.client.output import show

COMPARED = (
    ("column", "column"),
    ("before", "before"),
    ("after", "after"),
    ("rank before", "rank_before"),
    ("rank after", "rank_after"),
    ("moved", "moved"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    made = verbs.add("create", "explain a version: which columns count, for all rows and for each", of.explain)
    of.add_version(made)
    of.add_settings(made)
    _whose(verbs.add("list", "the explanations of a version or a job", of.list_explanations))
    _which(verbs.add("wait", "wait for its end, and tell how far it is", wait))
    _which(verbs.add("show", "one explanation; also while it is computed", of.show_explanation))
    compared = verbs.add("compare", "two explanations, column by column", compare)
    for name in ("before", "after"):
        compared.add_argument(
            name, metavar=name.upper(), help="MODEL:VERSION, MODEL:VERSION/EXPLANATION, jobs/JOB/EXPLANATION, or its id"
        )
    add_project(compared)
    loaded = verbs.add("download", "its files, as a zip", of.download_explanation)
    _which(loaded)
    loaded.add_argument("--download-path", "-p", default=".", help="a folder or file name (default: here)")
    sent = verbs.add("upload", "one that your own code computed, which becomes a job's", upload)
    add_file(sent, "JSON, in the form that the guide on explanations tells", required=True)
    sent.add_argument("--job", required=True, help="the job's name, number or id")
    sent.add_argument("-n", "--name", default="", help="MODEL:VERSION that it explains, where there is one")
    sent.add_argument("--explanation-name", default="", help="its name (default: as the file says)")
    sent.add_argument("--comment", default="", help="what it is for")
    add_project(sent)
    _which(verbs.add("cancel", "end one that is computed", cancel))
    deleted = verbs.add("delete", "remove one with its files", delete)
    _which(deleted)
    deleted.add_argument("-y", "--yes", action="store_true", help="do not ask")


def wait(arguments: argparse.Namespace) -> int:
    """Ends with status 1 where it fails or is cancelled."""
    connection = connect()
    return show(arguments, of.shown(of.ended_of(connection, of.one_of(connection, arguments))))


def compare(arguments: argparse.Namespace) -> int:
    connection = connect()
    first, second = (_id(connection, text, arguments.project) for text in (arguments.before, arguments.after))
    found = connection.get(f"explanations/{first}/compare/{second}/")
    return show(arguments, found["columns"] if arguments.output == "table" else found, columns=COMPARED)


def upload(arguments: argparse.Namespace) -> int:
    connection = connect()
    try:
        told = json.loads(Path(arguments.file).read_bytes())
    except OSError as error:
        raise WrongUsage("file_unreadable", f"{arguments.file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise WrongUsage("file_invalid", f"{arguments.file} is no JSON: {error}.") from None
    if not isinstance(told, dict):
        raise WrongUsage("file_invalid", f"{arguments.file} holds no object.", hint="Write an object with “columns”.")
    given = {"model": arguments.name, "name": arguments.explanation_name, "comment": arguments.comment}
    body = told | {name: value for name, value in given.items() if value}
    arguments.name = ""
    return show(arguments, of.shown(connection.post(of.address_of(connection, arguments), body)))


def cancel(arguments: argparse.Namespace) -> int:
    connection = connect()
    one = of.one_of(connection, arguments)
    return show(arguments, of.shown(connection.post(f"explanations/{one['id']}/cancel/")))


def delete(arguments: argparse.Namespace) -> int:
    connection = connect()
    one = of.one_of(connection, arguments)
    confirm(arguments, f"Delete the explanation “{one['name']}”?")
    connection.request("DELETE", f"explanations/{one['id']}/")
    return show(arguments, {"deleted": one["name"]})


def _whose(verb: Any) -> None:
    add_name(verb, "the model's name, or NAME:VERSION", required=False)
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    verb.add_argument("--job", default="", help="instead of a model: a job, by name, number or id")
    add_project(verb)


def _which(verb: Any) -> None:
    _whose(verb)
    verb.add_argument("--explanation-name", default="", help="its name (default: the newest)")


def _id(connection: Connection, text: str, project: str) -> str:
    """Of what was typed to be compared."""
    if len(text) == 36 and text.count("-") == 4:
        return text
    is_job = text.startswith("jobs/")
    whose, _slash, name = text.removeprefix("jobs/").partition("/")
    named = argparse.Namespace(name=whose, version="", job=whose if is_job else "", project=project)
    rows = connection.get(of.address_of(connection, named))["results"]
    return str(of.named(rows, name)["id"])
