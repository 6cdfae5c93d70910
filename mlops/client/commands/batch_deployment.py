"""`mlops batch-deployment`: what scores behind a batch endpoint: a model version, a script, or a published pipeline."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mlops.client.commands.batch_endpoint import JOB_COLUMNS, PATH, find_endpoint
from mlops.client.connection import Connection, connect
from mlops.client.deployment_file import environment_settings
from mlops.client.documents import beside, load, readable
from mlops.client.errors import WrongUsage
from mlops.client.inline_component import named_component
from mlops.client.inline_model import named_model
from mlops.client.names import find, project_of
from mlops.client.options import Verbs, add_file, add_name, add_project, add_settings, add_yes, confirm
from mlops.client.output import print_warnings, show
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.refusal import Refusal, nearest

COLUMNS = (("name", "name"), ("type", "type"), ("of", "of"), ("entry", "entry"), ("description", "description"))
SETTINGS = (
    "mini_batch_size", "mini_batch_bytes", "max_concurrency_per_instance", "instance_count", "error_threshold",
    "retry_settings", "output_action", "output_file_name", "logging_level", "environment_variables",
)  # fmt: skip
"""Also at the top level of the file, as older schemas have them."""
KNOWN = (
    "name", "endpoint_name", "description", "type", "model", "component", "pipeline", "code_configuration",
    "job_definition", "resources", "settings", "entry", "input_parameter", "environment", *SETTINGS,
)  # fmt: skip
WITHOUT_MEANING = ("tags", "properties", "compute")
PIPELINE_SETTINGS = ("continue_on_step_failure", "force_rerun", "default_compute", "default_datastore")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "put a model or a pipeline behind a batch endpoint", create_deployment)
    add_file(create, "a modelBatchDeployment or pipelineComponentBatchDeployment YAML")
    add_settings(create)
    add_name(create, "the deployment's name", required=False)
    create.add_argument("--model", default="", help="NAME:VERSION or NAME@latest")
    create.add_argument("--pipeline", default="", help="a published pipeline, NAME or NAME:VERSION")
    create.add_argument("--component", default="", help="a pipeline component, NAME:VERSION or a YAML file")
    create.add_argument(
        "--entry", choices=("onnx", "native", "mlflow", "script"), default="", help="default: the best possible"
    )
    create.add_argument("--set-default", action="store_true", help="calls that name no deployment go to it")
    listed = verbs.add("list", "the deployments of a batch endpoint", list_deployments)
    show_verb = verbs.add("show", "one deployment with its settings", show_deployment)
    update = verbs.add("update", "change settings for later jobs", update_deployment)
    add_settings(update)
    add_file(update, "a YAML of the deployment, of which the settings and the description count")
    jobs = verbs.add("list-jobs", "jobs of a deployment, newest first", list_jobs)
    jobs.add_argument("--max-results", "-r", type=int, default=50, help="at most so many (default: 50)")
    delete = verbs.add("delete", "delete a deployment", delete_deployment)
    add_yes(delete)
    for verb in (show_verb, update, jobs, delete):
        add_name(verb, "the deployment's name")
    for verb in (create, listed, show_verb, update, jobs, delete):
        verb.add_argument("-e", "--endpoint-name", default="", required=verb is not create, help="the endpoint's name")
        add_project(verb)


def create_deployment(arguments: argparse.Namespace) -> int:
    fields = (
        load(
            arguments.file,
            kind="batch deployment",
            known=KNOWN,
            without_meaning=WITHOUT_MEANING,
            settings=arguments.set,
        )
        if arguments.file
        else {}
    )
    fields |= {key: value for key, value in _given(arguments).items() if value}
    for key, option in (("name", "-n"), ("endpoint_name", "-e")):
        if not fields.get(key):
            raise WrongUsage("deployment_incomplete", f"A batch deployment needs “{key}”.", hint=f"Or {option}.")
    connection = connect()
    endpoint = find_endpoint(connection, str(fields["endpoint_name"]), project=arguments.project)
    if isinstance(fields.get("model"), dict):
        fields["model"] = named_model(
            connection,
            fields["model"],
            file=arguments.file,
            project=arguments.project or project_of(endpoint),
            name=f"{endpoint['name']}-{fields['name']}",
        )
    if fields.get("job_definition") and not fields.get("component"):
        raise WrongUsage(
            "job_definition",
            "A batch deployment is not made of a job that has run.",
            hint="Register its pipeline (`mlops component create -f FILE`), and write component: azureml:NAME:VERSION.",
        )
    if fields.get("component"):
        project = arguments.project or project_of(endpoint)
        fields["component"] = named_component(connection, fields["component"], file=arguments.file, project=project)
    definition, files = _definition(arguments, fields)
    path = f"{PATH}{endpoint['id']}/deployments/"
    if not files:
        made = connection.post(path, definition)
        print_warnings(made)
        return show(arguments, made)
    form = {"definition": json.dumps(definition), "paths": [name for name, _file in files]}
    pairs = [(file.name, file) for _name, file in files]
    made = connection.send_files(path, fields=form, files=pairs, under="files")
    print_warnings(made)
    return show(arguments, made)


def list_deployments(arguments: argparse.Namespace) -> int:
    connection = connect()
    endpoint = find_endpoint(connection, arguments.endpoint_name, project=arguments.project)
    return show(arguments, connection.all(f"{PATH}{endpoint['id']}/deployments/"), columns=COLUMNS)


def show_deployment(arguments: argparse.Namespace) -> int:
    _path, row = _deployment(connect(), arguments)
    return show(arguments, row)


def update_deployment(arguments: argparse.Namespace) -> int:
    """`settings.retry_settings.timeout=30` and `mini_batch_size=100` alike."""
    fields: dict[str, Any] = {}
    if arguments.file:
        fields = load(arguments.file, kind="batch deployment", known=KNOWN, without_meaning=WITHOUT_MEANING)
    is_pipeline = fields.get("type") == "pipeline" or bool(fields.get("component"))
    settings: dict[str, Any] = dict(fields.get("settings") or {}) if is_pipeline else _settings(fields)
    body: dict[str, Any] = {name: str(fields[name]) for name in ("description",) if name in fields}
    for word in arguments.set:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise WrongUsage("pairs_unreadable", f"“{word}” is not of the form NAME=VALUE.")
        if name == "description":
            body["description"] = value
            continue
        parts = name.removeprefix("settings.").removeprefix("resources.").split(".")
        place = settings.setdefault("retry_settings", {}) if parts[0].startswith("retry") else settings
        place[parts[-1]] = value
    if not settings and not body:
        raise WrongUsage("nothing_to_change", "Nothing was said to change.", hint="Such as --set mini_batch_size=100.")
    connection = connect()
    path, row = _deployment(connection, arguments)
    return show(arguments, connection.request("PATCH", f"{path}{row['id']}/", body={**body, "settings": settings}))


def list_jobs(arguments: argparse.Namespace) -> int:
    connection = connect()
    endpoint = find_endpoint(connection, arguments.endpoint_name, project=arguments.project)
    _path, row = _deployment(connection, arguments)
    rows = connection.all(f"{PATH}{endpoint['id']}/jobs/")
    rows = [one for one in rows if one["deployment"] == row["name"]][: arguments.max_results]
    return show(arguments, rows, columns=JOB_COLUMNS)


def delete_deployment(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Delete the deployment “{arguments.name}” of “{arguments.endpoint_name}”?")
    connection = connect()
    path, row = _deployment(connection, arguments)
    connection.request("DELETE", f"{path}{row['id']}/")
    return 0


def _deployment(connection: Connection, arguments: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    endpoint = find_endpoint(connection, arguments.endpoint_name, project=arguments.project)
    path = f"{PATH}{endpoint['id']}/deployments/"
    return path, find(connection, "deployment", arguments.name, path=path)


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("name", "endpoint_name", "model", "pipeline", "component", "entry")
    return {name: getattr(arguments, name) for name in names}


def _definition(arguments: argparse.Namespace, fields: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, Path]]]:
    """The server's form of it, and the code as (path in its folder, file here)."""
    definition: dict[str, Any] = {
        "name": str(fields["name"]),
        "description": str(fields.get("description") or ""),
        "entry": str(fields.get("entry") or ""),
        "set_default": arguments.set_default,
    }
    if fields.get("type") == "pipeline" or fields.get("component") or fields.get("pipeline"):
        kind = "component" if fields.get("component") or not fields.get("pipeline") else "pipeline"
        settings = dict(fields.get("settings") or {})
        _checked(settings, known=PIPELINE_SETTINGS)
        definition |= {kind: _name_of(fields.get(kind), kind), "settings": settings}
        definition["input_parameter"] = fields.get("input_parameter") or ""
        return definition, []
    definition |= {"model": _name_of(fields.get("model"), "model"), "settings": _settings(fields)}
    warnings: list[str] = []
    if fields.get("environment"):
        definition["settings"] |= environment_settings(arguments.file, fields["environment"], warnings)
    for line in warnings:
        print(f"warning: {line}", file=sys.stderr)
    code = fields.get("code_configuration") or {}
    if not code:
        return definition, []
    script = str(code.get("scoring_script") or "")
    folder = readable(beside(arguments.file, str(code.get("code") or ".")))
    definition["script"] = script
    readable(folder / script)
    return definition, [(file.relative_to(folder).as_posix(), file) for file in kept_files(folder)]


def _settings(fields: dict[str, Any]) -> dict[str, Any]:
    given = dict(fields.get("settings") or {})
    found = {name: fields[name] for name in SETTINGS if name in fields} | given
    resources = fields.get("resources") or {}
    if "instance_count" in resources:
        found["instance_count"] = resources["instance_count"]
    _checked(found, known=SETTINGS)
    return found


def _checked(given: dict[str, Any], *, known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            hint = nearest(str(name), known) or f"Settings: {', '.join(known)}."
            raise Refusal("field_unknown", f"“{name}” is no setting of a batch deployment.", hint=hint)


def _name_of(value: Any, what: str) -> str:
    if isinstance(value, str) and value and not value.startswith((".", "file:")):
        return value.removeprefix("azureml:")
    raise WrongUsage(
        f"{what}_missing",
        f"“{what}” names nothing that is registered.",
        hint=f"Such as azureml:NAME:VERSION; register it first (`mlops {what} create`).",
    )
