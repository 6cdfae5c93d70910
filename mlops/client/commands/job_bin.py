"""`mlops job delete`, `undelete`, `purge` and `bin`: the recycle bin."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

COLUMNS = (
    ("number", "number"),
    ("name", "name"),
    ("display name", "display_name"),
    ("experiment", "experiment"),
    ("deleted", "deleted_at"),
    ("bytes", "bytes"),
)


def define(verbs: Verbs) -> None:
    delete = verbs.add("delete", "put a job into the recycle bin, with its child jobs", delete_job)
    add_name(delete, "the job's name, number or id")
    add_project(delete)
    back = verbs.add("undelete", "take a job out of the recycle bin", undelete_job)
    add_name(back, "the job's number, name or id")
    add_project(back)
    purge = verbs.add("purge", "delete a job in the recycle bin for good", purge_job)
    add_name(purge, "the job's number, name or id")
    purge.add_argument("--yes", "-y", action="store_true", help="it cannot be undone: confirm it")
    add_project(purge)
    add_project(verbs.add("bin", "the jobs in the recycle bin", list_bin))


def delete_job(arguments: argparse.Namespace) -> int:
    from mlops.client.commands.job import find_run

    connection = connect()
    run = find_run(connection, arguments.name, project=arguments.project)
    return show(arguments, connection.post(f"runs/{run}/delete/", {}))


def undelete_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"runs/{_deleted(connection, arguments)['id']}/restore/", {}))


def purge_job(arguments: argparse.Namespace) -> int:
    if not arguments.yes:
        raise WrongUsage(
            "purge_unconfirmed", "Deleting a job for good cannot be undone.", hint="Confirm it with --yes."
        )
    connection = connect()
    run = _deleted(connection, arguments)
    return show(arguments, connection.post(f"runs/{run['id']}/purge/", {"confirmed": str(run["number"])}))


def list_bin(arguments: argparse.Namespace) -> int:
    return show(arguments, _bin(connect(), arguments), columns=COLUMNS)


def _bin(connection: Connection, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.get("runs/bin/", project=arguments.project, limit=500)["results"]
    return rows


def _deleted(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    wanted = arguments.name.lstrip("#")
    for row in _bin(connection, arguments):
        if wanted in (row["id"], str(row["number"]), row["name"]):
            return row
    raise WrongUsage("job_not_deleted", f"No job “{arguments.name}” is in the recycle bin.", hint="See mlops job bin.")
