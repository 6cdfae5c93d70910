"""`mlops environment`: what jobs and deployments run in, from environment YAML, conda and requirements files."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.client.commands import tagging
from mlops.client.commands.asset_bin import Deletable, as_written
from mlops.client.commands.environment_files import environment_file
from mlops.client.commands.environment_log import follow_log
from mlops.client.commands.token import seconds_of
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for, split_version
from mlops.client.options import Verbs, add_file, add_filter, add_name, add_project, add_settings, filtered, pairs
from mlops.client.output import show
from mlops.client.rows import Versioned

COLUMNS = (
    ("name", "name"),
    ("version", "version"),
    ("kind", "kind"),
    ("description", "description"),
    ("project", "project"),
    ("created", "created_at"),
)
DIFFERENCE = (("package", "name"), ("how", "how"), ("before", "before"), ("after", "after"))
PRUNED = (("key", "key"), ("bytes", "size_bytes"), ("last used", "used_at"), ("names", "names"))
CURATED = (("name", "name"), ("title", "title"), ("own packages", "is_own"), ("serves", "served_names"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    versioned = Versioned("environments/", _found)
    _define_create(verbs)
    _define_builds(verbs)
    listed = verbs.add("list", "environments of one project, or of all", list_environments)
    add_filter(listed)
    listed.add_argument("-n", "--name", default="", help="the versions of this one")
    listed.add_argument("--include-archived", action="store_true", help="also those that were archived")
    listed.add_argument("--curated", action="store_true", help="the curated ones, and which names they serve")
    add_project(listed)
    for name, help, run in (
        ("show", "one version with what it holds", versioned.show),
        ("archive", "take an environment out of the lists", versioned.archive),
        ("restore", "put an archived environment back", versioned.restore),
        ("download", "a version's YAML with what it names, and its lock, as a zip", versioned.download),
    ):
        verb = verbs.add(name, help, run)
        _add_versioned(verb)
        if name == "download":
            verb.add_argument("--download-path", "-p", default=".", help="a folder or file name (default: here)")

    Deletable("environment", "environments/", as_written).define(verbs)
    tagging.define_update(verbs, "environment", "environments/")


def _define_create(verbs: Verbs) -> None:
    create = verbs.add("create", "register an environment's next version", create_environment)
    add_file(create, "an environment YAML, a conda file, a requirements file or a Dockerfile")
    add_name(create, "another name than the file says", required=False)
    create.add_argument("-v", "--version", default="", help="another version than the file says")
    create.add_argument("-i", "--image", default="", help="a container image")
    create.add_argument("-c", "--conda-file", default="", help="a conda file")
    create.add_argument("-b", "--build-context", default="", help="the folder of a Dockerfile")
    create.add_argument("-d", "--dockerfile-path", default="", help="the Dockerfile's path in that folder")
    add_settings(create)
    create.add_argument("--description", default="", help="what it is for")
    create.add_argument("--tags", nargs="*", default=[], metavar="NAME=VALUE", help="tags of the version")
    add_project(create)


def _define_builds(verbs: Verbs) -> None:
    built = verbs.add("build", "have it built now, if it is not there", build_environment)
    _add_versioned(built)
    built.add_argument("--upgrade", action="store_true", help="the newest packages that fit, as a new version")
    built.add_argument("--stream", action="store_true", help="show its log until it has ended")
    for name in ("log", "get-logs"):
        log = verbs.add(name, "what its build said, or says", show_log)
        _add_versioned(log)
        log.add_argument("--follow", action="store_true", help="until it has ended")
    pruned = verbs.add("prune", "remove builds that nothing uses; their locks stay", prune_environments)
    pruned.add_argument("--older-than", default="30d", metavar="30d", help="unused for so long: 12h, 30d, 4w")
    pruned.add_argument("--dry-run", action="store_true", help="only say what would go")
    compared = verbs.add("diff", "which packages two builds have otherwise", show_difference)
    compared.add_argument("names", nargs=2, metavar="NAME:VERSION", help="two versions, of one environment or of two")
    add_project(compared)


def create_environment(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    tags = pairs(arguments.tags)
    with environment_file(arguments) as (zipped, main):
        fields: dict[str, Any] = {
            "project": project,
            "main": main,
            "name": arguments.name,
            "version": arguments.version,
            "description": arguments.description,
            "set": arguments.set,
            **{f"tags.{key}": value for key, value in tags.items()},
        }
        made = connection.send_files("environments/", fields=fields, files=[("bundle.zip", zipped)], under="files")
    for warning in made.get("warnings", ()):
        print(f"warning: {warning}", file=sys.stderr)
    return show(arguments, made)


def list_environments(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.curated:
        return show(arguments, connection.get("environments/curated/")["results"], columns=CURATED)
    if arguments.name:
        row = _row(connection, arguments.name, arguments.project)
        return show(arguments, connection.get(f"environments/{row['id']}/versions/")["results"], columns=COLUMNS)
    archived = "true" if arguments.include_archived else ""
    rows = connection.all("environments/", project=arguments.project, archived=archived, **filtered(arguments))
    return show(arguments, [{**(row["latest"] or {}), **_brief(row)} for row in rows], columns=COLUMNS)


def build_environment(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, version = _found(connection, arguments)
    made = connection.post(f"environments/{row['id']}/versions/{version}/build/", {"upgrade": arguments.upgrade})
    if arguments.stream:
        state = follow_log(connection, f"environments/{row['id']}/versions/{made['version']}/")
        show(arguments, {"name": row["name"], "version": made["version"], "state": state})
        return int(state != "ready")
    return show(arguments, made)


def show_log(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, version = _found(connection, arguments)
    address = f"environments/{row['id']}/versions/{version}/"
    if arguments.follow:
        return int(follow_log(connection, address) == "failed")
    print(connection.get(f"{address}log/")["text"], end="")
    return 0


def prune_environments(arguments: argparse.Namespace) -> int:
    days = seconds_of(arguments.older_than, option="--older-than") / 86_400
    found = connect().post("environments/prune/", {"older_than_days": days, "dry_run": arguments.dry_run})
    what = "would be reclaimed" if arguments.dry_run else "reclaimed"
    print(f"{len(found['results'])} environments, {found['bytes'] / 1e6:.0f} MB {what}.", file=sys.stderr)
    return show(arguments, found["results"], columns=PRUNED)


def show_difference(arguments: argparse.Namespace) -> int:
    connection = connect()
    (first, a), (second, b) = (split_version(name.removeprefix("azureml:")) for name in arguments.names)
    row, other = (_row(connection, name, arguments.project) for name in (first, second))
    found = connection.get(f"environments/{row['id']}/difference/", a=a, b=b, other=other["id"])
    return show(arguments, found["changes"], columns=DIFFERENCE)


def _add_versioned(verb: argparse.ArgumentParser) -> None:
    add_name(verb, "the environment's name, or name:version")
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    verb.add_argument("-l", "--label", default="", help="a label: latest")
    add_project(verb)


def _found(connection: Connection, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    name, version = split_version(arguments.name.removeprefix("azureml:").replace("@", ":"))
    if version and arguments.version and version != arguments.version:
        raise WrongUsage("version_twice", f"“{arguments.name}” and --version {arguments.version} differ.")
    if arguments.label not in ("", "latest"):
        raise WrongUsage("label_unknown", f"There is no label “{arguments.label}”.", hint="The one label is latest.")
    return _row(connection, name, arguments.project), arguments.version or version or "latest"


def _row(connection: Connection, name: str, project: str) -> dict[str, Any]:
    return find(connection, "environment", name, path="environments/", project=project, archived="true")


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("id", "name", "project", "archived")}
