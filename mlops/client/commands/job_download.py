"""`mlops job download`: what a job left, its log, and its outputs, in the folders that `az ml` writes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.formats.refusal import Refusal, nearest

COLUMNS = (("path", "path"), ("size", "size_bytes"))


def define(verbs: Verbs) -> None:
    download = verbs.add("download", "a job's files and log, or its outputs", download_job)
    add_name(download, "the job's name, number or id")
    add_project(download)
    download.add_argument("--output-name", metavar="NAME", default="", help="only this output (or STEP/PORT)")
    download.add_argument("--all", action="store_true", help="also all outputs")
    download.add_argument("--download-path", "-p", default=".", help="a folder (default: here)")


def download_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    name = quote(arguments.name, safe="")
    folder, output = Path(arguments.download_path), str(arguments.output_name)
    if "/" in output:
        run = connection.get(f"runs/{connection.get(f'jobs/{name}/', project=arguments.project)['id']}/")
        return show(arguments, save_outputs(connection, run, folder=str(folder), output=output), columns=COLUMNS)
    listed = connection.get(f"jobs/{name}/files/", project=arguments.project)
    if output and output not in listed["outputs"]:
        known = listed["outputs"]
        hint = nearest(output, known) or f"It has: {', '.join(known) or 'none yet'}."
        raise WrongUsage("output_unknown", f"The job has no output “{output}”.", hint=hint)
    wanted = [file for file in listed["results"] if _is_wanted(file, output, everything=arguments.all)]
    if not wanted:
        raise Refusal("nothing_to_download", "The job has left no such files.", hint="It may not have begun.")
    saved = []
    for file in wanted:
        place = below(folder, file["path"])
        place.parent.mkdir(parents=True, exist_ok=True)
        connection.download(f"jobs/{name}/files/{quote(file['path'])}", place, project=arguments.project or None)
        saved.append({"path": str(place), "size_bytes": place.stat().st_size})
    return show(arguments, saved, columns=COLUMNS)


def _is_wanted(file: dict[str, Any], output: str, *, everything: bool) -> bool:
    """Of a job, `STEP.PORT` says again what its named outputs say: with `--all` those without another name come."""
    of = str(file.get("output") or "")
    if output:
        return of == output
    return everything or not of


def save_outputs(connection: Connection, run: dict[str, Any], *, folder: str, output: str = "") -> list[dict[str, Any]]:
    """The files of all outputs, or of STEP/PORT, and where they lie now."""
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


def _wanted(run: dict[str, Any], output: str) -> list[tuple[str, str]]:
    known = [(step["node"], port["port"]) for step in run["steps"] for port in step["outputs"]]
    if not output:
        return known
    node, _, port = output.partition("/")
    if (node, port) in known:
        return [(node, port)]
    names = [f"{a}/{b}" for a, b in known]
    raise WrongUsage("output_unknown", f"The run has no output “{output}”.", hint=nearest(output, names) or str(names))
