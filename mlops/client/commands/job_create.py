"""`mlops job create` and `validate`: a YAML file with everything that it names becomes a job."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mlops.client.bundle import bundled, git_parts
from mlops.client.connection import Connection, connect
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_file, add_name, add_project
from mlops.client.output import as_yaml, show


def define(verbs: Verbs) -> None:
    create = verbs.add("create", "run a job from a YAML file: command, pipeline, sweep, parallel", create_job)
    _add_file(create)
    add_name(create, "the job's name, instead of the one in the file", required=False)
    create.add_argument("--experiment-name", "--experiment", default="", help="the experiment, instead of the file's")
    create.add_argument("--draft", action="store_true", help="only import a pipeline as a draft; do not run it")
    create.add_argument("--stream", "-s", action="store_true", help="show log lines and states until the job ends")
    create.add_argument("--web", "-e", action="store_true", help="open the job's page in a browser")
    create.add_argument("--save-as", "-a", metavar="FILE", default="", help="write the job as it is shown, as YAML")
    create.add_argument("--skip-validation", action="store_true", help="without meaning: the server always checks")
    add_project(create)
    validate = verbs.add("validate", "check a job's YAML file and all that it names; nothing is created", validate_job)
    _add_file(validate)
    add_project(validate)


def create_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.draft:
        return show(arguments, import_draft(connection, arguments))
    asked = {"name": arguments.name, "experiment_name": arguments.experiment_name}
    job = send(connection, arguments, "jobs/", **asked)
    tell_warnings(job)
    if arguments.save_as:
        Path(arguments.save_as).write_text(f"{as_yaml(job)}\n", encoding="utf-8")
    if arguments.web:
        open_page(connection, job)
    if not arguments.stream:
        return show(arguments, job)
    from mlops.client.commands.job_stream import stream_to_end

    return stream_to_end(connection, arguments, job)


def validate_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    found = send(connection, arguments, "jobs/validate/")
    tell_warnings(found)
    return show(arguments, found)


def import_draft(connection: Connection, arguments: argparse.Namespace) -> Any:
    project = project_for(connection, arguments.project)
    with bundled(arguments.file, more=git_parts, settings=settings_of(arguments)) as (zipped, main):
        fields = {"project": project, "main": main, "name": arguments.name, "set": settings_of(arguments)}
        made = connection.send_files("drafts/import/", fields=fields, files=[("bundle.zip", zipped)], under="files")
    tell_warnings(made)
    return made


def send(connection: Connection, arguments: argparse.Namespace, path: str, **asked: str) -> dict[str, Any]:
    """The file with all that it names, to that address. The experiment of a job that names none is the folder's."""
    project = project_for(connection, arguments.project)
    settings = settings_of(arguments)
    with bundled(arguments.file, more=git_parts, settings=settings, lenient=True) as (zipped, main):
        fields = {"project": project, "main": main, "set": settings, "beside": Path.cwd().name, **asked}
        answer: dict[str, Any] = connection.send_files(
            path, fields=fields, files=[("bundle.zip", zipped)], under="files"
        )
    return answer


def settings_of(arguments: argparse.Namespace) -> list[str]:
    return [setting for some in arguments.set or () for setting in some]


def tell_warnings(answer: dict[str, Any]) -> None:
    for warning in answer.get("warnings") or ():
        print(f"warning: {warning}", file=sys.stderr)


def open_page(connection: Connection, job: dict[str, Any]) -> None:
    import webbrowser

    address = f"{connection.url.rstrip('/')}{job['url']}"
    if not webbrowser.open(address):
        print(f"The job's page: {address}", file=sys.stderr)


def _add_file(parser: argparse.ArgumentParser) -> None:
    add_file(parser, "the job's YAML; the files that it names come along", required=True)
    parser.add_argument(
        "--set", action="append", nargs="+", metavar="A.B=VALUE", help="give fields of the file anew; may be repeated"
    )
