"""`mlops component`: steps of your own, from a commandComponent YAML or a Python function."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.client.bundle import bundled
from mlops.client.commands import tagging
from mlops.client.commands.asset_bin import Deletable, as_written
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for, split_version
from mlops.client.options import Verbs, add_file, add_filter, add_name, add_project, add_settings, filtered
from mlops.client.output import show
from mlops.client.rows import Versioned

COLUMNS = (
    ("name", "name"),
    ("version", "version"),
    ("kind", "kind"),
    ("title", "title"),
    ("project", "project"),
    ("created", "created_at"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    versioned = Versioned("components/", _found)
    create = verbs.add("create", "register a component's next version", create_component)
    add_file(
        create,
        "a commandComponent, parallelComponent or pipelineComponent YAML, or a Python file with a typed function",
        required=True,
    )
    add_name(create, "another name than the file says", required=False)
    create.add_argument("-v", "--version", default="", help="another version than the file says")
    add_settings(create)
    create.add_argument("--function", default="", help="of a Python file: which function")
    add_project(create)
    listed = verbs.add("list", "components of one project, or of all", list_components)
    add_filter(listed)
    add_name(listed, "the versions of this one", required=False)
    listed.add_argument("--include-archived", action="store_true", help="also those that were archived")
    add_project(listed)
    for name, help, run in (
        ("show", "one component with its interface; -o yaml writes its file", show_component),
        ("archive", "take a component out of the palette", versioned.archive),
        ("restore", "put an archived component back", versioned.restore),
        ("download", "a version's YAML and code as a zip", versioned.download),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the component's name, or name:version")
        verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
        verb.add_argument("-l", "--label", default="", choices=("", "latest"), help="latest: the newest version")
        add_project(verb)
        if name == "download":
            verb.add_argument("--download-path", "-p", default=".", help="a folder or file name (default: here)")

    Deletable("component", "components/", as_written).define(verbs)
    tagging.define_update(verbs, "component", "components/")


def create_component(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    with bundled(arguments.file, settings=arguments.set) as (zipped, main):
        fields = {
            "project": project,
            "main": main,
            "name": arguments.name,
            "version": arguments.version,
            "function": arguments.function,
            "set": arguments.set,
        }
        made = connection.send_files("components/", fields=fields, files=[("bundle.zip", zipped)], under="files")
    for warning in made.get("warnings", ()):
        print(f"warning: {warning}", file=sys.stderr)
    return show(arguments, made)


def list_components(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.name:
        row = find(
            connection, "component", arguments.name, path="components/", project=arguments.project, archived="true"
        )
        versions = connection.get(f"components/{row['id']}/versions/")["results"]
        return show(arguments, versions[: arguments.max_results or None], columns=COLUMNS)
    archived = "true" if arguments.include_archived else ""
    rows = connection.all("components/", project=arguments.project, archived=archived, **filtered(arguments))
    return show(arguments, [{**(row["latest"] or {}), **_brief(row)} for row in rows], columns=COLUMNS)


def show_component(arguments: argparse.Namespace) -> int:
    """As YAML: its file, as it can be registered again."""
    import yaml

    connection = connect()
    row, version = _found(connection, arguments)
    one = connection.get(f"components/{row['id']}/versions/{version}/")
    fields = yaml.safe_load(one["yaml"])
    return show(arguments, fields if arguments.output == "yaml" else {**fields, **one})


def _found(connection: Connection, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    name, version = split_version(arguments.name)
    if version and arguments.version and version != arguments.version:
        raise WrongUsage("version_twice", f"“{arguments.name}” and --version {arguments.version} differ.")
    row = find(connection, "component", name, path="components/", project=arguments.project, archived="true")
    return row, arguments.version or version or "latest"


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("id", "name", "project", "archived")}
