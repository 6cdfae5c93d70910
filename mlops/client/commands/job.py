"""`mlops job`: runs of pipelines; watch them, cancel them, fetch what they made."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlops.client.bundle import bundled, git_parts
from mlops.client.connection import Connection, connect
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_file, add_name, add_project
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
FINAL = ("completed", "failed", "cancelled")
NOTHING_YET = ("waiting", "queued")
POLL_SECONDS = 0.4


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "run a pipeline YAML, ours or of Azure ML", create_job)
    add_file(create, "a pipelineJob YAML; the files that it names come along", required=True)
    add_name(create, "another name than the file says", required=False)
    create.add_argument("--experiment", default="", help="the experiment (default: the pipeline's name)")
    create.add_argument("--draft", action="store_true", help="only import it as a draft; do not run it")
    create.add_argument("--stream", action="store_true", help="show log lines and states until the run ends")
    add_project(create)
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


def create_job(arguments: argparse.Namespace) -> int:
    """The file becomes a draft, which stays, and a run of it."""
    connection = connect()
    project = project_for(connection, arguments.project)
    with bundled(arguments.file, more=git_parts) as (zipped, main):
        fields = {"project": project, "main": main, "name": arguments.name}
        made = connection.send_files("drafts/import/", fields=fields, files=[("bundle.zip", zipped)], under="files")
    for warning in made.get("warnings", ()):
        print(f"warning: {warning}", file=sys.stderr)
    if arguments.draft:
        return show(arguments, made)
    run = connection.post(f"drafts/{made['id']}/submit/", {"experiment": arguments.experiment or made["name"][:120]})
    if not arguments.stream:
        return show(arguments, {**run, "draft": made["id"]})
    ended = follow(connection, run["id"], tell=lambda text: print(text, flush=True))
    if ended["state"] != "completed":
        why = f"Run {ended['number']} is {ended['state']}. {ended.get('reason') or ''}"
        raise RequestFailed(f"job_{ended['state']}", why)
    return 0


def list_jobs(arguments: argparse.Namespace) -> int:
    query = {"project": arguments.project, "state": arguments.state, "experiment": arguments.experiment}
    rows = connect().get("runs/", limit=arguments.max_results, **query)["results"]
    return show(arguments, rows, columns=COLUMNS)


def show_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(f"runs/{_id(connection, arguments)}/"))


def cancel_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"runs/{_id(connection, arguments)}/cancel/"))


def stream_job(arguments: argparse.Namespace) -> int:
    connection = connect()
    run = follow(connection, _id(connection, arguments), tell=lambda text: print(text, flush=True))
    if run["state"] != "completed":
        raise RequestFailed(f"job_{run['state']}", f"Run {run['number']} is {run['state']}. {run.get('reason') or ''}")
    if arguments.output or arguments.query:
        return show(arguments, run)
    return 0


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


def follow(
    connection: Connection, run_id: str, *, tell: Callable[[str], None], seconds: float = 86_400
) -> dict[str, Any]:
    """The run when it has ended. Each change of a step's state and each new log line is told once."""
    deadline = time.monotonic() + seconds
    seen: dict[str, str] = {}
    after: dict[str, int] = {}
    while True:
        run: dict[str, Any] = connection.get(f"runs/{run_id}/")
        for step in run["steps"]:
            changed = seen.get(step["node"]) != step["state"]
            if step["state"] not in NOTHING_YET and (changed or step["state"] == "running"):
                for line in _new_lines(connection, run_id, step, after):
                    tell(line)
                if changed:
                    tell(_state_line(step))
            seen[step["node"]] = step["state"]
        if run["state"] in FINAL:
            return run
        if time.monotonic() > deadline:
            raise RequestFailed("timeout", f"Run {run['number']} is still {run['state']} after {seconds:.0f} s.")
        time.sleep(POLL_SECONDS)


def find_run(connection: Connection, name: str, *, project: str = "") -> str:
    """The id of the run of that number, id or display name. Of several with one name: refused."""
    wanted = name.removeprefix("#")
    rows = connection.all("runs/", project=project)
    found = [row for row in rows if wanted in (str(row["id"]), str(row["number"]))]
    found = found or [row for row in rows if row["display_name"] == name]
    if len(found) == 1:
        return str(found[0]["id"])
    if found:
        raise Refusal(
            "job_ambiguous",
            f"{len(found)} runs go by “{name}”.",
            hint=f"Give an id (newest first: {', '.join(str(row['id']) for row in found[:3])}) or --project.",
        )
    names = [str(row["display_name"]) for row in rows]
    hint = nearest(name, names) or "`mlops job list` shows their numbers."
    raise Refusal("job_unknown", f"There is no run “{name}”.", hint=hint, status=404)


def _id(connection: Connection, arguments: argparse.Namespace) -> str:
    return find_run(connection, arguments.name, project=arguments.project)


def _new_lines(connection: Connection, run_id: str, step: dict[str, Any], after: dict[str, int]) -> Iterator[str]:
    node = step["node"]
    while True:
        answer = connection.get(f"runs/{run_id}/steps/{node}/log/", after=after.get(node, 0))
        if not answer["lines"]:
            return
        after[node] = answer["next"]
        for line in answer["lines"]:
            yield f"  {step['title']} | {line['text']}"


def _state_line(step: dict[str, Any]) -> str:
    """Why is told where it is news: not of a step that simply runs or is done."""
    state = str(step["state"])
    took = f" in {step['seconds']:.1f} s" if step.get("seconds") and state == "completed" else ""
    error = step.get("error") or {}
    reason = "" if state in ("running", "completed") else error.get("message") or step.get("reason") or ""
    hint = f" {error['hint']}" if error.get("hint") else ""
    return f"{step['title']}: {state}{took}{f' ({reason}{hint})' if reason else ''}"


def _wanted(run: dict[str, Any], output: str) -> list[tuple[str, str]]:
    known = [(step["node"], port["port"]) for step in run["steps"] for port in step["outputs"]]
    if not output:
        return known
    node, _, port = output.partition("/")
    if (node, port) in known:
        return [(node, port)]
    names = [f"{a}/{b}" for a, b in known]
    raise WrongUsage("output_unknown", f"The run has no output “{output}”.", hint=nearest(output, names) or str(names))
