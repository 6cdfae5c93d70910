"""`mlops online-deployment`: one model version behind an endpoint."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mlops.client.bundle import zipped_folder
from mlops.client.commands import deployment_outputs, local_serving
from mlops.client.commands.deployment_history import add_history
from mlops.client.commands.model_version import find_version
from mlops.client.commands.online_endpoint import PATH, print_logs
from mlops.client.connection import Connection, connect
from mlops.client.deployment_file import DeploymentFile, read_deployment
from mlops.client.deployment_form import shown, to_change
from mlops.client.errors import WrongUsage
from mlops.client.inline_model import named_model
from mlops.client.names import find, project_of
from mlops.client.options import Verbs, add_file, add_name, add_project, add_settings, add_yes, confirm
from mlops.client.output import print_warnings, show
from mlops.client.waiting import until

COLUMNS = (
    ("name", "name"),
    ("model", "model"),
    ("entry", "entry"),
    ("state", "state"),
    ("traffic", "traffic"),
    ("reason", "reason"),
)

ENTRIES = ("onnx", "native", "mlflow", "script")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "serve a model version behind an endpoint", create_deployment)
    add_file(create, "a deployment YAML (name, endpoint_name, model, code_configuration, request_settings)")
    add_settings(create)
    add_name(create, "the deployment's name", required=False)
    create.add_argument("--model", default="", help="NAME:VERSION or NAME@latest")
    create.add_argument(
        "--entry",
        choices=ENTRIES,
        default="",
        help="default: the file's script, else the best that the model can do",
    )
    create.add_argument("--all-traffic", action="store_true", help="give it all traffic when it is ready")
    local_serving.add_local_start(create)
    create.add_argument("--no-wait", action="store_true", help="do not wait until it is ready")
    update = verbs.add("update", "a new revision; the present one serves until it is ready", update_one)
    add_file(update, "the deployment YAML as it shall be")
    add_settings(update)
    update.add_argument("--remove", nargs="+", action="extend", default=[], metavar="tags.NAME", help="take fields off")
    add_name(update, "the deployment's name", required=False)
    update.add_argument("--model", default="", help="NAME:VERSION or NAME@latest")
    update.add_argument("--entry", choices=ENTRIES, default="", help="default: as it is")
    update.add_argument("--reason", default="", help="why, for the history")
    update.add_argument("--no-wait", action="store_true", help="do not wait until it is ready")
    local_serving.add_local_start(update)
    listed = verbs.add("list", "the deployments of an endpoint", list_deployments)
    show_verb = verbs.add("show", "one deployment with its state and reason", show_deployment)
    logs = verbs.add("get-logs", "the last lines of its log", show_logs)
    logs.add_argument("--lines", "-l", type=int, default=200, help="how many (default: 200)")
    create.add_argument(
        "--manifests", action="store_true", help="only print what Kubernetes or IoT Edge would be told; make nothing"
    )
    manifests = verbs.add("manifests", "print what Kubernetes or IoT Edge is told", deployment_outputs.print_manifests)
    bundle = verbs.add("bundle", "download the bundle for a device", deployment_outputs.download_bundle)
    bundle.add_argument("--platform", choices=("x86_64", "aarch64"), default="x86_64", help="default: x86_64")
    bundle.add_argument("--download-path", "-p", default=".", help="a folder or file (default: here)")
    delete = verbs.add("delete", "stop and delete a deployment", delete_deployment)
    add_yes(delete)
    add_history(verbs)
    for verb in (show_verb, logs, delete, manifests, bundle):
        add_name(verb, "the deployment's name")
    for verb in (create, update, listed, show_verb, logs, delete):
        local_serving.add_local(verb)
    for verb in (create, update, listed, show_verb, logs, delete, manifests, bundle):
        verb.add_argument(
            "-e", "--endpoint-name", default="", required=verb not in (create, update), help="the endpoint's name"
        )
        add_project(verb)


def create_deployment(arguments: argparse.Namespace) -> int:
    given = read_deployment(arguments.file, arguments.set) if arguments.file or arguments.set else DeploymentFile()
    fields = _fields(arguments, given)
    for key, option in (("name", "-n"), ("endpoint_name", "-e"), ("model", "--model")):
        if key == "model" and arguments.local and fields.get("code_configuration"):
            continue
        if not fields.get(key):
            raise WrongUsage(
                "deployment_incomplete", f"A deployment needs “{key}”.", hint=f"In -f FILE, or as {option}."
            )
    if arguments.local:
        return local_serving.create(arguments, fields)
    connection = connect()
    endpoint = find(connection, "endpoint", fields["endpoint_name"], path=PATH, project=arguments.project)
    body = {"name": fields["name"], **_body(arguments, connection, endpoint, given)}
    if arguments.manifests:
        return deployment_outputs.print_shown(connection.post(f"{PATH}{endpoint['id']}/manifests/", body))
    made = connection.post(f"{PATH}{endpoint['id']}/deployments/", body)
    print_warnings(made)
    if arguments.no_wait and not arguments.all_traffic:
        return show(arguments, shown(made))
    made = wait_until_healthy(connection, endpoint, str(fields["name"]))
    if arguments.all_traffic:
        connection.post(f"{PATH}{endpoint['id']}/traffic/", {"traffic": {fields["name"]: 100}})
        made = _deployment(connection, endpoint, str(fields["name"]))
    return show(arguments, shown(made))


def update_one(arguments: argparse.Namespace) -> int:
    if arguments.local:
        arguments.file = local_serving.file_of(arguments)
    given = read_deployment(arguments.file, arguments.set) if arguments.file else DeploymentFile()
    fields = _fields(arguments, given)
    for key, option in (("name", "-n"), ("endpoint_name", "-e")):
        if not fields.get(key):
            raise WrongUsage("deployment_incomplete", f"Say which: “{key}” is missing.", hint=f"In FILE, or {option}.")
    if arguments.local:
        return local_serving.update(arguments, fields)
    connection = connect()
    endpoint = find(connection, "endpoint", fields["endpoint_name"], path=PATH, project=arguments.project)
    row = _deployment(connection, endpoint, str(fields["name"]))
    if not arguments.file:
        given = read_deployment("", arguments.set, base=to_change(row, arguments))
    body = _body(arguments, connection, endpoint, given, named=str(row["name"]))
    if not body:
        told = arguments.set or arguments.remove
        print(f"warning: nothing {'of it ' if told else ''}changes the deployment; it goes on.", file=sys.stderr)
        return show(arguments, shown(row))
    if arguments.reason:
        body["reason"] = arguments.reason
    made = connection.request("PATCH", f"{PATH}{endpoint['id']}/deployments/{row['id']}/", body=body)
    print_warnings(made)
    made = made if arguments.no_wait else wait_until_healthy(connection, endpoint, str(fields["name"]))
    return show(arguments, shown(made))


def wait_until_healthy(
    connection: Connection, endpoint: dict[str, Any], name: str, *, seconds: float = 600.0
) -> dict[str, Any]:
    """The deployment's row when it serves. Raises RequestFailed with its reason when it will not."""
    return until(
        lambda: _deployment(connection, endpoint, name),
        what=f"deployment “{name}”",
        good=("healthy",),
        bad=("failed", "unhealthy"),
        seconds=seconds,
    )


def list_deployments(arguments: argparse.Namespace) -> int:
    if arguments.local:
        return local_serving.list_deployments(arguments)
    connection = connect()
    endpoint = find(connection, "endpoint", arguments.endpoint_name, path=PATH, project=arguments.project)
    return show(arguments, connection.all(f"{PATH}{endpoint['id']}/deployments/"), columns=COLUMNS)


def show_deployment(arguments: argparse.Namespace) -> int:
    if arguments.local:
        return local_serving.show_deployment(arguments)
    connection = connect()
    endpoint = find(connection, "endpoint", arguments.endpoint_name, path=PATH, project=arguments.project)
    return show(arguments, shown(_deployment(connection, endpoint, arguments.name)))


def show_logs(arguments: argparse.Namespace) -> int:
    if arguments.local:
        return local_serving.show_logs(arguments, endpoint=arguments.endpoint_name, deployment=arguments.name)
    connection = connect()
    endpoint = find(connection, "endpoint", arguments.endpoint_name, path=PATH, project=arguments.project)
    deployment = _deployment(connection, endpoint, arguments.name)["name"]
    return print_logs(connection, endpoint, deployment=deployment, lines=arguments.lines)


def delete_deployment(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Delete the deployment “{arguments.name}” of “{arguments.endpoint_name}”?")
    if arguments.local:
        return local_serving.delete_deployment(arguments)
    connection = connect()
    endpoint = find(connection, "endpoint", arguments.endpoint_name, path=PATH, project=arguments.project)
    row = _deployment(connection, endpoint, arguments.name)
    connection.request("DELETE", f"{PATH}{endpoint['id']}/deployments/{row['id']}/")
    return 0


def _deployment(connection: Connection, endpoint: dict[str, Any], name: str) -> dict[str, Any]:
    return find(connection, "deployment", name, path=f"{PATH}{endpoint['id']}/deployments/")


def _fields(arguments: argparse.Namespace, given: DeploymentFile) -> dict[str, Any]:
    """Of the file, where no option says otherwise."""
    options = {
        "name": arguments.name,
        "endpoint_name": arguments.endpoint_name,
        "model": arguments.model,
        "entry": arguments.entry,
    }
    fields = given.fields | {key: value for key, value in options.items() if value}
    return fields


def _body(
    arguments: argparse.Namespace,
    connection: Connection,
    endpoint: dict[str, Any],
    given: DeploymentFile,
    *,
    named: str = "",
) -> dict[str, Any]:
    """Model, entry, code folder (uploaded now) and settings."""
    for warning in given.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    fields, body = _fields(arguments, given), dict(given.settings)
    if fields.get("model"):
        project = arguments.project or project_of(endpoint)
        named = named_model(
            connection,
            fields["model"],
            file=arguments.file,
            project=project,
            name=f"{endpoint['name']}-{named or fields['name']}",
        )
        model, number = find_version(connection, named, project=project)
        body |= {"model": model["name"], "version": number}
    if fields.get("entry"):
        body["entry"] = fields["entry"]
    if given.code is not None:
        body["code"] = _upload(connection, endpoint, given.code, given.script)
    return body


def _upload(connection: Connection, endpoint: dict[str, Any], code: Path, script: str) -> str:
    """The id of the kept folder."""
    with zipped_folder(code) as archive:
        place = f"{PATH}{endpoint['id']}/code/"
        kept = connection.send_files(place, fields={"script": script}, files=[("code.zip", archive)], under="files")
    return str(kept["id"])
