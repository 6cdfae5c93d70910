"""`mlops pipeline`: published pipelines behind lasting addresses; publish a file, call one, switch them."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.client.bundle import bundled
from mlops.client.commands.job_stream import follow
from mlops.client.connection import Connection, connect
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_file, add_name, add_project
from mlops.client.output import show

PATH = "pipeline-endpoints/"
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("default", "default_version"),
    ("enabled", "enabled"),
    ("rest url", "rest_url"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    publish = verbs.add("publish", "put a pipeline YAML behind an endpoint", publish_pipeline)
    add_file(publish, "a pipelineJob YAML; the files that it names come along", required=True)
    add_name(publish, "the endpoint (default: the pipeline's name); a known one gets the next version", required=False)
    publish.add_argument("--description", default="", help="what is new in this version")
    publish.add_argument(
        "--no-default", action="store_true", help="calls without a version stay with the version before"
    )
    listed = verbs.add("list", "endpoints, without the disabled ones", list_pipelines)
    listed.add_argument("--all", action="store_true", help="disabled ones as well")
    invoke = verbs.add("invoke", "run a version", invoke_pipeline)
    invoke.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="parameters; may be repeated"
    )
    invoke.add_argument("--experiment", default="", help="the experiment (default: the endpoint's name)")
    invoke.add_argument("--stream", action="store_true", help="show log lines and states until the run ends")
    others = [
        verbs.add("show", "one endpoint with its versions and parameters", show_pipeline),
        verbs.add("set-default", "choose the version of calls that name none", set_default),
        verbs.add("enable", "let an endpoint or one of its versions be called", enable),
        verbs.add("disable", "refuse calls of an endpoint or of one of its versions", disable),
    ]
    for verb in (invoke, *others):
        add_name(verb, "the endpoint's name")
        verb.add_argument("--version", type=int, help="the version (default: the default one, or the whole endpoint)")
    for verb in (publish, listed, invoke, *others):
        add_project(verb)


def publish_pipeline(arguments: argparse.Namespace) -> int:
    connection = connect()
    made = published(
        connection,
        arguments.file,
        project=project_for(connection, arguments.project),
        endpoint=arguments.name,
        description=arguments.description,
        make_default=not arguments.no_default,
    )
    return show(arguments, made)


def published(
    connection: Connection, file: str, *, project: str, endpoint: str = "", description: str = "", make_default: bool
) -> dict[str, Any]:
    """The file becomes a draft, which stays, and a published version of it, as the answer tells it."""
    with bundled(file) as (zipped, main):
        fields = {"project": project, "main": main, "name": ""}
        draft = connection.send_files("drafts/import/", fields=fields, files=[("bundle.zip", zipped)], under="files")
    for warning in draft.get("warnings", ()):
        print(f"warning: {warning}", file=sys.stderr)
    body = {"endpoint": endpoint or draft["name"][:120], "description": description, "make_default": make_default}
    version: dict[str, Any] = connection.post(f"drafts/{draft['id']}/publish/", body)
    return version


def list_pipelines(arguments: argparse.Namespace) -> int:
    rows = connect().all(PATH, project=arguments.project)
    return show(arguments, [row for row in rows if arguments.all or row["enabled"]], columns=COLUMNS)


def show_pipeline(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = f"{PATH}{endpoint_of(connection, arguments)['id']}/"
    return show(
        arguments, connection.get(path if arguments.version is None else f"{path}versions/{arguments.version}/")
    )


def invoke_pipeline(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = endpoint_of(connection, arguments)
    body: dict[str, Any] = {"ParameterAssignments": _values(arguments.set)}
    if arguments.experiment:
        body["ExperimentName"] = arguments.experiment
    # The address itself, since a version of 0 is a version.
    place = f"{PATH}{row['id']}/runs/" + ("" if arguments.version is None else f"?version={arguments.version}")
    run = connection.post(place, body)
    if not arguments.stream:
        return show(arguments, run)
    ended = follow(connection, run["Id"], tell=lambda text: print(text, flush=True))
    if ended["state"] != "completed":
        why = f"Run {ended['number']} is {ended['state']}. {ended.get('reason') or ''}"
        raise RequestFailed(f"job_{ended['state']}", why)
    return 0


def set_default(arguments: argparse.Namespace) -> int:
    if arguments.version is None:
        raise WrongUsage("version_missing", "Say which version becomes the default.", hint="Give --version N.")
    connection = connect()
    path = f"{PATH}{endpoint_of(connection, arguments)['id']}/"
    return show(arguments, connection.request("PATCH", path, body={"default_version": arguments.version}))


def enable(arguments: argparse.Namespace) -> int:
    return _switch(arguments, enabled=True)


def disable(arguments: argparse.Namespace) -> int:
    return _switch(arguments, enabled=False)


def endpoint_of(connection: Connection, arguments: argparse.Namespace, name: str = "") -> dict[str, Any]:
    return find(connection, "pipeline endpoint", name or arguments.name, path=PATH, project=arguments.project)


def _switch(arguments: argparse.Namespace, *, enabled: bool) -> int:
    connection = connect()
    path = f"{PATH}{endpoint_of(connection, arguments)['id']}/"
    path = path if arguments.version is None else f"{path}versions/{arguments.version}/"
    return show(arguments, connection.request("PATCH", path, body={"enabled": enabled}))


def _values(words: list[str]) -> dict[str, str]:
    """Each word is one value, which may hold spaces and commas."""
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise WrongUsage(
                "pairs_unreadable", f"“{word}” is not of the form NAME=VALUE.", hint="Such as --set rate=0.1"
            )
        found[name] = value
    return found
