"""What `--local` does: the verbs of online endpoints and deployments on one's own machine."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlops.client.commands.model_version import find_version
from mlops.client.commands.online_endpoint import tell_explanations
from mlops.client.connection import connect, problem_of
from mlops.client.documents import readable
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.local import packages, places, server
from mlops.client.local.laying import lay_out
from mlops.client.local.places import Local
from mlops.client.output import show
from mlops.formats.refusal import Refusal

COLUMNS = (
    ("endpoint", "endpoint_name"),
    ("name", "name"),
    ("model", "model"),
    ("state", "state"),
    ("scoring uri", "scoring_uri"),
    ("reason", "reason"),
)
DEBUG_PORT = 5678


def add_local(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--local", action="store_true", help="on this machine, without a studio")


def add_local_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="with --local: where it listens (default: a free port)")
    parser.add_argument(
        "--debug",
        "--vscode-debug",
        nargs="?",
        type=int,
        const=DEBUG_PORT,
        default=0,
        metavar="PORT",
        help=f"with --local: a debugger can attach to the script (default port: {DEBUG_PORT})",
    )
    parser.add_argument("--wait-for-debugger", action="store_true", help="with --debug: init() waits for it")


def create_endpoint(arguments: argparse.Namespace, name: str) -> int:
    folder = places.root() / places.checked(name, what="endpoint")
    if folder.exists():
        hint = "Go on with it, or delete it with `mlops online-endpoint delete --local`."
        raise Refusal("name_taken", f"There is already a local endpoint “{name}”.", hint=hint)
    folder.mkdir(parents=True)
    return show(arguments, {"name": name, "deployments": []})


def list_endpoints(arguments: argparse.Namespace) -> int:
    return show(arguments, [told(one) for name in places.endpoints() for one in places.deployments(name)])


def show_endpoint(arguments: argparse.Namespace) -> int:
    found = places.deployments(arguments.name)
    return show(arguments, {"name": arguments.name, "deployments": [told(one) for one in found]})


def delete_endpoint(arguments: argparse.Namespace) -> int:
    for one in places.deployments(arguments.name):
        server.stop(one)
    places.forget(places.endpoint_folder(arguments.name))
    return 0


def invoke(arguments: argparse.Namespace) -> int:
    import httpx

    content = readable(Path(arguments.request_file)).read_bytes()
    local = places.deployment(arguments.name, arguments.deployment_name)
    headers = {"Content-Type": "application/json"}
    try:
        response = httpx.post(f"{local.url}/score", content=content, headers=headers, timeout=3600)
    except httpx.TransportError as error:
        hint = "Start it again with `mlops online-deployment update --local`."
        raise RequestFailed("not_running", f"“{local.name}” does not answer: {error}.", hint=hint) from error
    if response.is_error:
        raise problem_of(response)
    answer = response.json() if "json" in response.headers.get("content-type", "") else response.text
    if arguments.query or arguments.output:
        return show(arguments, answer)
    print(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))
    return 0


def create(arguments: argparse.Namespace, fields: dict[str, Any]) -> int:
    """The endpoint is made where it is missing."""
    endpoint = places.checked(str(fields.get("endpoint_name") or ""), what="endpoint")
    name = places.checked(str(fields.get("name") or ""), what="deployment")
    if (places.root() / endpoint / name / places.RECORD).exists():
        hint = "Change it with `mlops online-deployment update --local`, or delete it first."
        raise Refusal("name_taken", f"“{endpoint}” already has a local deployment “{name}”.", hint=hint)
    local = Local(endpoint=endpoint, name=name, model="", entry="", port=arguments.port or server.free_port())
    try:
        _fill(local, arguments, fields)
    except BaseException:
        places.forget(local.folder)
        raise
    return _run(arguments, local)


def update(arguments: argparse.Namespace, fields: dict[str, Any]) -> int:
    """With a file all is laid out anew; without one the script is loaded again, or the server started."""
    local = places.deployment(str(fields.get("endpoint_name") or ""), str(fields.get("name") or ""))
    if not arguments.file and not arguments.debug and not arguments.port:
        server.reload(local)
        return show(arguments, told(local))
    server.stop(local)
    local.port = arguments.port or local.port
    if arguments.file:
        _fill(local, arguments, fields)
    return _run(arguments, local)


def file_of(arguments: argparse.Namespace) -> str:
    """What the deployment was made from: an environment with a debugger is another environment."""
    if arguments.file or not arguments.debug or not (arguments.name and arguments.endpoint_name):
        return str(arguments.file)
    return places.deployment(arguments.endpoint_name, arguments.name).file


def list_deployments(arguments: argparse.Namespace) -> int:
    return show(arguments, [told(one) for one in places.deployments(arguments.endpoint_name)], columns=COLUMNS)


def show_deployment(arguments: argparse.Namespace) -> int:
    return show(arguments, told(places.deployment(arguments.endpoint_name, arguments.name)))


def show_logs(arguments: argparse.Namespace, *, endpoint: str, deployment: str) -> int:
    import msgspec

    from mlops.formats.failures import explain

    local = places.deployment(endpoint, deployment)
    lines = server.log_lines(local, lines=arguments.lines)
    print("\n".join(lines))
    tell_explanations(msgspec.to_builtins(explain(lines)))
    return 0


def delete_deployment(arguments: argparse.Namespace) -> int:
    local = places.deployment(arguments.endpoint_name, arguments.name)
    server.stop(local)
    places.forget(local.folder)
    return 0


def told(local: Local) -> dict[str, Any]:
    reasons = server.reasons(local) if server.is_running(local) else None
    running = server.is_running(local)
    state = "healthy" if reasons == [] else "unhealthy" if running else "stopped"
    return {
        "name": local.name,
        "endpoint_name": local.endpoint,
        "model": local.model,
        "entry": local.entry,
        "state": state,
        "reason": " ".join(reasons or []) or ("" if running else "Its process does not run."),
        "scoring_uri": f"{local.url}/score",
        "swagger_uri": f"{local.url}/swagger.json",
        "script": local.script,
        "log": str(local.folder / places.LOG),
        **({"debug_port": local.debug_port} if local.debug_port else {}),
    }


def _fill(local: Local, arguments: argparse.Namespace, fields: dict[str, Any]) -> None:
    local.folder.mkdir(parents=True, exist_ok=True)
    local.file = str(Path(arguments.file).resolve()) if arguments.file else ""
    local.python = packages.interpreter(arguments.file, fields, debugged=bool(arguments.debug))
    with _fetched(arguments, fields.get("model")) as archive:
        lay_out(local, fields, file=arguments.file, fetched=archive)


@contextlib.contextmanager
def _fetched(arguments: argparse.Namespace, model: Any) -> Iterator[Path | None]:
    """The files of a registered model, from the studio."""
    if not isinstance(model, str) or not model.startswith("azureml:"):
        yield None
        return
    connection = connect()
    row, number = find_version(connection, model, project=arguments.project)
    with tempfile.TemporaryDirectory(prefix="mlops-") as folder:
        yield connection.download(f"models/{row['id']}/versions/{number}/download/", Path(folder))


def _run(arguments: argparse.Namespace, local: Local) -> int:
    if arguments.debug and not local.script:
        raise WrongUsage("no_script", "There is no script to debug: the model answers by itself.")
    places.write(local)
    if arguments.debug:
        _tell_debugger(local, arguments.debug, waits=arguments.wait_for_debugger)
    server.start(local, debug_port=arguments.debug, wait_for_debugger=arguments.wait_for_debugger)
    return show(arguments, told(local))


def _tell_debugger(local: Local, port: int, *, waits: bool) -> None:
    attach = {
        "name": f"{local.endpoint}/{local.name}",
        "type": "debugpy",
        "request": "attach",
        "connect": {"host": "127.0.0.1", "port": port},
        "justMyCode": False,
    }
    print(f"Attach a debugger to 127.0.0.1:{port}{', init() waits for it' if waits else ''}.", file=sys.stderr)
    print(f"In .vscode/launch.json: {json.dumps(attach)}", file=sys.stderr)
