"""`mlops job`: jobs of every kind; list, show, watch, change, cancel them."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import quote

from mlops.client.commands import job_bin, job_compare, job_create, job_download
from mlops.client.commands.job_stream import stream_to_end
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_filter, add_name, add_project, filtered
from mlops.client.output import show
from mlops.formats.azureml.setting import typed
from mlops.formats.refusal import nearest

COLUMNS = (
    ("number", "number"),
    ("name", "name"),
    ("display name", "display_name"),
    ("type", "type"),
    ("experiment", "experiment_name"),
    ("state", "state"),
    ("since", "since"),
    ("reason", "reason"),
)
NAME = "the job's name, number or id"
CHANGED = ("display_name", "description", "tags")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    job_create.define(verbs)
    listed = verbs.add("list", "jobs, newest first", list_jobs)
    listed.add_argument("--state", default="", help="only in this state, such as running or failed")
    listed.add_argument("--experiment", "--experiment-name", default="", help="only of this experiment")
    listed.add_argument("--parent-job-name", "-p", metavar="NAME", default="", help="only the children of this job")
    add_filter(listed)
    listed.add_argument("--archived-only", action="store_true", help="only archived jobs")
    listed.add_argument("--include-archived", action="store_true", help="also archived jobs")
    listed.set_defaults(max_results=50)
    add_project(listed)
    for name, help, run in (
        ("show", "one job with its inputs, outputs, steps and metrics", show_job),
        ("stream", "log lines and states as they come, until the job ends", stream_job),
        ("cancel", "stop a job", lambda one: act(one, "cancel")),
        ("archive", "put a job away: it is in no list that does not ask for it", lambda one: act(one, "archive")),
        ("restore", "take a job out of the archive", lambda one: act(one, "restore")),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, NAME)
        add_project(verb)
        if name == "show":
            verb.add_argument("--web", "-e", action="store_true", help="open the job's page in a browser")
    urgent = verbs.add("prioritize", "say how urgent a job is; those of its steps that wait move", prioritize_job)
    add_name(urgent, NAME)
    urgent.add_argument("--priority", required=True, choices=("low", "medium", "high"), help="high: owners alone")
    add_project(urgent)
    update = verbs.add("update", "change a job's display name, description or tags", update_job)
    add_name(update, NAME)
    update.add_argument("--set", action="append", nargs="+", required=True, metavar="A.B=VALUE", help="tags.owner=me")
    add_project(update)
    job_download.define(verbs)
    job_compare.define(verbs)
    job_bin.define(verbs)


def list_jobs(arguments: argparse.Namespace) -> int:
    query: dict[str, Any] = {
        "project": arguments.project,
        "state": arguments.state,
        "experiment": arguments.experiment,
        "parent": arguments.parent_job_name,
        **{name: value for name, value in filtered(arguments).items() if name != "most"},
        "archived": "only" if arguments.archived_only else "include" if arguments.include_archived else "",
    }
    rows = connect().get("jobs/", limit=arguments.max_results, **query)["results"]
    return show(arguments, rows, columns=COLUMNS)


def show_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    job = find_job(connection, arguments)
    if arguments.web:
        job_create.open_page(connection, job)
    return show(arguments, job)


def stream_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    return stream_to_end(connection, arguments, find_job(connection, arguments))


def act(arguments: argparse.Namespace, what: str) -> int:
    connection = connect()
    return show(arguments, connection.post(f"{address(connection, arguments)}{what}/"))


def prioritize_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    run = find_run(connection, arguments.name, project=arguments.project)
    return show(arguments, connection.post(f"runs/{run}/prioritize/", {"priority": arguments.priority}))


def update_job(arguments: argparse.Namespace) -> int:
    """`--set tags.x=y`; an empty value, or null, takes a tag off."""
    changes: dict[str, Any] = {}
    for setting in job_create.settings_of(arguments):
        path, equals, text = setting.partition("=")
        field, _dot, key = path.partition(".")
        if not equals or field not in CHANGED or (field == "tags") != bool(key):
            hint = nearest(field, CHANGED) or "For example: --set tags.owner=me display_name='Second try'"
            raise WrongUsage("setting_unfit", f"“{setting}” changes nothing of a job.", hint=hint)
        if key:
            value = typed(text)
            changes.setdefault("tags", {})[key.strip("\"'")] = None if value in (None, "") else text
        else:
            changes[field] = text
    connection = connect()
    return show(arguments, connection.request("PATCH", address(connection, arguments), body=changes))


def find_job(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    """By name, number or id."""
    job: dict[str, Any] = connection.get(f"jobs/{quote(arguments.name, safe='')}/", project=arguments.project)
    return job


def find_run(connection: Connection, name: str, *, project: str = "") -> str:
    """The id of the run of that name, number, id or display name. Of several with one name: refused."""
    return str(connection.get(f"jobs/{quote(name, safe='')}/", project=project)["id"])


def address(connection: Connection, arguments: argparse.Namespace) -> str:
    return f"jobs/{find_run(connection, arguments.name, project=arguments.project)}/"
