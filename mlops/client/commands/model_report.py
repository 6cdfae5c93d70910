"""`mlops model report`: the governance report of a version as a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from mlops.client.commands.model_version import find_version
from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name, add_project
from mlops.formats.refusal import Refusal

FORMS = ("pdf", "html", "json")


def define(verbs: Verbs) -> None:
    verb = verbs.add("report", "the governance report of a version: PDF, HTML or JSON", report, form=_file)
    add_name(verb, "the model's name, NAME:VERSION or NAME@ALIAS")
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    add_project(verb)


def report(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    place = Path(arguments.output or f"{row['name']}-{number}-report.pdf")
    form = place.suffix.lstrip(".").lower()
    if form not in FORMS:
        raise Refusal(
            "form_unknown", f"A report has no form “{place.suffix}”.", hint="End the file in .pdf, .html or .json."
        )
    print(connection.download(f"models/{row['id']}/versions/{number}/report/", place, **{"as": form}))
    return 0


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="ends in .pdf, .html or .json")
