"""`mlops job`: jobs and runs of pipelines; watch them, cancel them, fetch what they made."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlops.client.commands import job_create
from mlops.client.commands.job_stream import stream_to_end
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.formats.refusal import Refusal, nearest

COLUMNS = (
    ("number", "number"),
    ("name", "display_name"),
    ("experiment", "experiment"),
    ("state", "state"),
    ("since", "since"),
    ("reason", "reason"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    job_create.define(verbs)
    listed = verbs.add("list", "runs, newest first", list_jobs)
    listed.add_argument("--state", default="", help="only in this state, such as running or failed")
    listed.add_argument("--experiment", default="", help="only of this experiment")
    listed.add_argument("--max-results", "-r", type=int, default=50, help="at most so many (default: 50)")
    add_project(listed)
    for name, help, run in (
        ("show", "one run with its steps and metrics", show_job),
        ("stream", "log lines and states as they come, until the run ends", stream_job),
        ("cancel", "stop a run", cancel_job),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the run's number, id or name")
        add_project(verb)
    download = verbs.add("download", "what a run's steps made", download_job)
    add_name(download, "the run's number, id or name")
    add_project(download)
    download.add_argument("--output-name", metavar="NODE/PORT", default="", help="only this output")
    download.add_argument("--download-path", "-p", default=".", help="a folder (default: here)")


def list_jobs(arguments: argparse.Namespace) -> int:
    query = {"project": arguments.project, "state": arguments.state, "experiment": arguments.experiment}
    rows = connect().get("runs/", limit=arguments.max_results, **query)["results"]
    return show(arguments, rows, columns=COLUMNS)


def show_job(arguments: argparse.Namespace) -> int:
    return show(arguments, find_job(connect(), arguments))


def cancel_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"runs/{_id(connection, arguments)}/cancel/"))


def stream_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    return stream_to_end(connection, arguments, find_job(connection, arguments))


def download_job(arguments: argparse.Namespace) -> int:
    """Every file of the outputs, at NODE/PORT/ below the folder."""
    connection = connect()
    run = connection.get(f"runs/{_id(connection, arguments)}/")
    return show(arguments, save_outputs(connection, run, folder=arguments.download_path, output=arguments.output_name))


def save_outputs(connection: Connection, run: dict[str, Any], *, folder: str, output: str = "") -> list[dict[str, Any]]:
    """The files of all outputs, or of NODE/PORT, and where they lie now."""
    places = []
    for node, port in _wanted(run, output):
        source = f"runs/{run['id']}/steps/{node}/outputs/{port}/files/"
        for file in connection.get(source)["results"]:
            place = below(Path(folder), f"{node}/{port}/{file['path']}")
            place.parent.mkdir(parents=True, exist_ok=True)
            connection.download(f"{source}{quote(file['path'])}", place)
            places.append({"output": f"{node}/{port}", "path": str(place), "size_bytes": file["size_bytes"]})
    return places


def below(folder: Path, path: str) -> Path:
    """The file inside the folder. What a server calls its file never leads out of it."""
    place = (folder / path).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise Refusal("path_outside", f"The file “{path}” would lie outside {folder}, and was not written.")
    return place


def find_job(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    """By name, number or id."""
    job: dict[str, Any] = connection.get(f"jobs/{quote(arguments.name, safe='')}/", project=arguments.project)
    return job


def find_run(connection: Connection, name: str, *, project: str = "") -> str:
    """The id of the run of that name, number, id or display name. Of several with one name: refused."""
    return str(connection.get(f"jobs/{quote(name, safe='')}/", project=project)["id"])


def _id(connection: Connection, arguments: argparse.Namespace) -> str:
    return find_run(connection, arguments.name, project=arguments.project)


def _wanted(run: dict[str, Any], output: str) -> list[tuple[str, str]]:
    known = [(step["node"], port["port"]) for step in run["steps"] for port in step["outputs"]]
    if not output:
        return known
    node, _, port = output.partition("/")
    if (node, port) in known:
        return [(node, port)]
    names = [f"{a}/{b}" for a, b in known]
    raise WrongUsage("output_unknown", f"The run has no output “{output}”.", hint=nearest(output, names) or str(names))
