"""`mlops model profile`: how much a model version needs, and how fast it answers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mlops.client.commands.model_version import find_version
from mlops.client.connection import Connection, connect
from mlops.client.documents import readable
from mlops.client.errors import WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.client.waiting import telling, until

GIBIBYTE = 1024**3
ENDPOINTS = "online-endpoints/"
SETTINGS = {
    "cpu": "cores",
    "concurrency": "concurrency",
    "rows": "rows",
    "requests_per_second": "wanted_per_second",
    "p99_ms": "p99_target_ms",
    "point_seconds": "point_seconds",
    "budget_seconds": "budget_seconds",
    "path": "path",
    "place": "place",
    "entry": "entry",
    "dataset": "dataset",
    "column": "column",
    "profile_name": "name",
    "description": "description",
}


def define(verbs: Verbs) -> None:
    verb = verbs.add("profile", "measure a version under load, and recommend its cores and memory", profile)
    add_name(verb, "the model's name, or NAME:VERSION", required=False)
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    verb.add_argument(
        "--deployment",
        default="",
        metavar="ENDPOINT/NAME",
        help="instead of --name: what it serves, with its resources",
    )
    verb.add_argument("--recorded-from", default="", metavar="ENDPOINT", help="the requests that its recording holds")
    verb.add_argument("--requests", default="", metavar="FILE", help="recorded requests, one a line")
    verb.add_argument("--dataset", default="", help="rows to ask with, NAME or NAME:VERSION (default: input example)")
    verb.add_argument("--column", default="", help="the dataset's column that holds whole requests as text")
    verb.add_argument("--cpu", default="", metavar="N,N", help="cores to try, such as 1,2")
    verb.add_argument("--memory-in-gb", default="", metavar="N,N", help="memory to try (GiB)")
    verb.add_argument("--concurrency", default="", metavar="N,N", help="clients at once (default: 1,8,32)")
    verb.add_argument("--rows", default="", metavar="N,N", help="rows in a request (default: 1)")
    verb.add_argument("--requests-per-second", default="", help="what will come (default: as many as it can)")
    verb.add_argument("--p99-ms", default="", help="99 of 100 requests are to be answered within (default: 100)")
    verb.add_argument("--point-seconds", default="", help="how long each measurement lasts (default: 3)")
    verb.add_argument("--budget-seconds", default="", help="how long all of it may take (default: 180)")
    verb.add_argument("--path", default="", help="/score or /invocations")
    verb.add_argument("--place", choices=("process", "docker"), default="", help="a process (default), or the image")
    verb.add_argument("--entry", default="", help="onnx, native or script (default: onnx where it was accepted)")
    verb.add_argument("--script", default="", metavar="FILE", help="the script of the entry script")
    verb.add_argument("--profile-name", default="", help="the profile's name (default: profile-1, -2 …)")
    verb.add_argument("--description", default="", help="what it is for")
    verb.add_argument("--no-wait", action="store_true", help="do not wait for the result")
    add_project(verb)
    listed = verbs.add("list-profiles", "the profiles of a version", list_profiles)
    add_name(listed, "the model's name, or NAME:VERSION")
    listed.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    add_project(listed)


def profile(arguments: argparse.Namespace) -> int:
    """Ctrl-C cancels the measurement."""
    connection = connect()
    body = _body(arguments)
    name = arguments.name
    if arguments.deployment:
        served = _served(connection, arguments)
        name, body = served.pop("model"), {**served, **body}
    if not name:
        raise WrongUsage("model_missing", "Which model?", hint="Give -n NAME, or --deployment ENDPOINT/NAME.")
    row, number = find_version(connection, name, version=arguments.version, project=arguments.project)
    made = _ask(connection, f"models/{row['id']}/versions/{number}/profiles/", body, arguments)
    if arguments.no_wait:
        return show(arguments, _shown(made))
    try:
        ended = until(
            telling(lambda: connection.get(f"profiles/{made['id']}/")),
            what=f"Profile “{made['name']}”",
            good=("completed",),
            bad=("failed", "cancelled"),
            seconds=float(made["order"]["budget_seconds"]) + 900,
            interval=1.0,
        )
    except KeyboardInterrupt:
        connection.post(f"profiles/{made['id']}/cancel/")
        print("Cancelled.", file=sys.stderr)
        return 1
    return show(arguments, _shown(ended))


def list_profiles(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    found = connection.all(f"models/{row['id']}/versions/{number}/profiles/")
    columns = (
        ("name", "name"),
        ("state", "state"),
        ("cpu", "recommendedCpu"),
        ("memory (GiB)", "recommendedMemoryInGB"),
        ("p99 (ms)", "latencyPercentile99InMs"),
        ("requests/s", "measuredQueriesPerSecond"),
        ("reason", "reason"),
    )
    return show(arguments, [{**one["result"], "reason": one["reason"]} for one in found], columns=columns)


def _body(arguments: argparse.Namespace) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: getattr(arguments, option) for option, name in SETTINGS.items() if getattr(arguments, option)
    }
    if arguments.memory_in_gb:
        body["memory_bytes"] = " ".join(_bytes(one) for one in arguments.memory_in_gb.replace(",", " ").split())
    if arguments.script:
        body["script"] = readable(Path(arguments.script)).read_text(encoding="utf-8")
    return body


def _served(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    """What a deployment serves and on what."""
    endpoint_name, slash, name = arguments.deployment.partition("/")
    if not slash:
        raise WrongUsage("deployment_unclear", f"“{arguments.deployment}” names no deployment.", hint="ENDPOINT/NAME")
    endpoint = find(connection, "endpoint", endpoint_name, path=ENDPOINTS, project=arguments.project)
    row = find(connection, "deployment", name, path=f"{ENDPOINTS}{endpoint['id']}/deployments/")
    settings = row["settings"]
    return {
        "model": row["model"],
        "entry": row["entry"],
        "cores": [settings["cpus"]],
        "memory_bytes": [settings["memory_bytes"]],
    }


def _ask(connection: Connection, path: str, body: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    made: dict[str, Any]
    if arguments.recorded_from:
        endpoint = find(connection, "endpoint", arguments.recorded_from, path=ENDPOINTS, project=arguments.project)
        with TemporaryDirectory() as folder:
            address = f"{ENDPOINTS}{endpoint['id']}/recording/requests/"
            file = connection.download(address, Path(folder) / "requests.jsonl")
            made = connection.send_files(path, fields=_texts(body), files=[(file.name, file)], under="requests")
    elif arguments.requests:
        file = readable(Path(arguments.requests))
        made = connection.send_files(path, fields=_texts(body), files=[(file.name, file)], under="requests")
    else:
        made = connection.post(path, body)
    return made


def _texts(body: dict[str, Any]) -> dict[str, Any]:
    """For a form, which has no lists."""
    return {
        name: " ".join(str(one) for one in value) if isinstance(value, list) else value for name, value in body.items()
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Azure's members, and in words why."""
    found = (row["report"] or {}).get("recommendation") or {}
    more = {"rule": found["rule"], "advice": found["advice"], "instances": found["instances"]} if found else {}
    if found:
        more["costPerMillion"] = round(found["cost_per_million"], 4)
    return {**row["result"], **more, "id": row["id"]}


def _bytes(text: str) -> str:
    """Of GiB. What is no number is told by the server."""
    try:
        return str(int(float(text) * GIBIBYTE))
    except ValueError:
        return text
