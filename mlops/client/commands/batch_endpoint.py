"""`mlops batch-endpoint`: lasting names that score whole datasets and folders of files."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.batch_call import Called
from mlops.client.batch_input import given_input
from mlops.client.commands import tagging
from mlops.client.commands.job_download import save_outputs
from mlops.client.commands.job_stream import follow
from mlops.client.connection import Connection, connect
from mlops.client.documents import load
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import (
    Verbs,
    add_file,
    add_filter,
    add_name,
    add_project,
    add_settings,
    add_yes,
    confirm,
    filtered,
)
from mlops.client.output import show

PATH = "batch-endpoints/"
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("default", "default"),
    ("scoring uri", "scoring_uri"),
)
JOB_COLUMNS = (
    ("number", "number"),
    ("name", "name"),
    ("deployment", "deployment"),
    ("input", "input"),
    ("state", "state"),
    ("done", "progress.done"),
    ("of", "progress.items"),
    ("reason", "reason"),
)
KNOWN = ("name", "description", "auth_mode", "defaults")
WITHOUT_MEANING = ("tags", "properties", "location", "identity")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a batch endpoint", create_endpoint)
    add_file(create, "a batchEndpoint YAML (name, description)")
    add_settings(create)
    add_name(create, "the endpoint's name", required=False)
    create.add_argument("--description", default="", help="what it is for")
    add_project(create)
    listed = verbs.add("list", "batch endpoints of one project, or of all", list_endpoints)
    add_filter(listed)
    add_project(listed)
    show_verb = verbs.add("show", "one batch endpoint with its deployments", show_endpoint)
    update = verbs.add("update", "choose the default deployment, or describe it", update_endpoint)
    add_file(update, "a batchEndpoint YAML")
    update.add_argument(
        "--default",
        "--defaults",
        dest="default",
        default="",
        metavar="DEPLOYMENT",
        help="what jobs go to unless they say",
    )
    update.add_argument("--description", default=None, help="what it is for")
    add_settings(update)
    update.add_argument("--remove", nargs="+", action="extend", default=[], metavar="tags.NAME", help="take tags off")
    invoke = verbs.add("invoke", "score data: begins a job", invoke_endpoint)
    _define_invoke(invoke)
    jobs = verbs.add("list-jobs", "jobs of a batch endpoint, newest first", list_jobs)
    jobs.add_argument("--max-results", "-r", type=int, default=50, help="at most so many (default: 50)")
    delete = verbs.add("delete", "delete a batch endpoint; the runs of its jobs stay", delete_endpoint)
    add_yes(delete)
    for verb in (show_verb, update, invoke, jobs, delete):
        add_name(verb, "the endpoint's name")
        add_project(verb)


def _define_invoke(invoke: argparse.ArgumentParser) -> None:
    invoke.add_argument(
        "--input",
        default="",
        metavar="PATH_OR_URI",
        help="a file or folder here, a dataset (azureml:NAME:VERSION), https://…, or azureml://jobs/RUN/outputs/PORT",
    )
    add_file(invoke, "a YAML with the inputs and outputs of a pipeline component, as a job has them")
    invoke.add_argument("--input-type", default="", help="uri_file or uri_folder; found out by itself")
    invoke.add_argument("--deployment-name", "-d", default="", help="this deployment instead of the default one")
    invoke.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="a setting, an input or a parameter"
    )
    invoke.add_argument("--mini-batch-size", "-m", default="", help="files or rows of a mini-batch, or a size (1MB)")
    invoke.add_argument("--instance-count", "-c", default="", help="how many instances score at once")
    invoke.add_argument("--output-dataset", default="", metavar="NAME", help="register the output as this dataset")
    invoke.add_argument(
        "--output-path", "--download-path", "-p", dest="folder", default="", metavar="DIR", help="wait, save there"
    )
    invoke.add_argument("--job-name", default="", help="a name for the job")
    invoke.add_argument("--experiment-name", default="", help="default: the endpoint's name")
    invoke.add_argument("--stream", action="store_true", help="show the log until the job ends")


def create_endpoint(arguments: argparse.Namespace) -> int:
    fields = _fields(arguments)
    name = arguments.name or str(fields.get("name") or "")
    if not name:
        raise WrongUsage("endpoint_incomplete", "A batch endpoint needs a name.", hint="Give -f FILE or --name.")
    connection = connect()
    description = arguments.description or str(fields.get("description") or "")
    body = {"project": project_for(connection, arguments.project), "name": name, "description": description}
    return show(arguments, connection.post(PATH, body))


def list_endpoints(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project, **filtered(arguments)), columns=COLUMNS)


def show_endpoint(arguments: argparse.Namespace) -> int:
    row = find_endpoint(connect(), arguments.name, project=arguments.project)
    return show(arguments, {**row, "defaults": {"deployment_name": row["default"]}})


def _of_tags(words: list[str]) -> list[str]:
    return [word for word in words if word.startswith("tags.")]


def update_endpoint(arguments: argparse.Namespace) -> int:
    fields = _fields(arguments)
    default = arguments.default or str((fields.get("defaults") or {}).get("deployment_name") or "")
    tags = tagging.tags_given(argparse.Namespace(set=_of_tags(arguments.set), remove=arguments.remove))
    for word in arguments.set:
        if word in _of_tags(arguments.set):
            continue
        name, _equals, value = word.partition("=")
        if name not in ("defaults.deployment_name", "default"):
            raise WrongUsage(
                "field_unknown", f"“{name}” cannot be set here.", hint="Use defaults.deployment_name=NAME."
            )
        default = value
    description = arguments.description if arguments.description is not None else fields.get("description")
    body = {"default": default or None, "description": description}
    body = {name: value for name, value in body.items() if value is not None}
    if not body and not tags:
        raise WrongUsage("nothing_to_change", "Nothing is to be changed.", hint="Give --default or --description.")
    connection = connect()
    endpoint = find_endpoint(connection, arguments.name, project=arguments.project)
    if tags:
        tagging.set_tags(connection, f"{PATH}{endpoint['id']}/", tags)
    return show(arguments, connection.request("PATCH", f"{PATH}{endpoint['id']}/", body=body))


def invoke_endpoint(arguments: argparse.Namespace) -> int:
    called = Called.of(arguments)
    connection = connect()
    endpoint = find_endpoint(connection, arguments.name, project=arguments.project)
    uploads = f"{PATH}{endpoint['id']}/inputs/"
    body = {
        "input": given_input(connection, uploads, arguments.input),
        "inputs": called.uploaded(connection, uploads),
        "outputs": called.outputs,
        "deployment": arguments.deployment_name,
        "settings": called.settings,
        "parameters": called.parameters,
        "output_dataset": arguments.output_dataset,
        "experiment": arguments.experiment_name,
        "display_name": arguments.job_name,
    }
    job = _called(connection.post(f"{PATH}{endpoint['id']}/jobs/", body))
    if not arguments.stream and not arguments.folder:
        return show(arguments, job)
    quiet = bool(arguments.output) or not arguments.stream
    run = follow(connection, job["run"], tell=lambda text: None if quiet else print(text, flush=True))
    job = _called(connection.get(f"batch-jobs/{job['id']}/"))
    if run["state"] != "completed":
        why = f"Job {job['number']} is {job['state']}. {job['reason']}"
        raise RequestFailed(f"job_{run['state']}", why, hint=job["hint"])
    if arguments.folder:
        return show(arguments, save_outputs(connection, run, folder=arguments.folder))
    return show(arguments, job) if arguments.output or arguments.query else 0


def list_jobs(arguments: argparse.Namespace) -> int:
    connection = connect()
    endpoint = find_endpoint(connection, arguments.name, project=arguments.project)
    rows = connection.get(f"{PATH}{endpoint['id']}/jobs/", limit=arguments.max_results)["results"]
    return show(arguments, rows, columns=JOB_COLUMNS)


def delete_endpoint(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Delete the batch endpoint “{arguments.name}” with its deployments?")
    connection = connect()
    endpoint = find_endpoint(connection, arguments.name, project=arguments.project)
    connection.request("DELETE", f"{PATH}{endpoint['id']}/")
    return 0


def find_endpoint(connection: Connection, name: str, *, project: str) -> dict[str, Any]:
    return find(connection, "batch endpoint", name, path=PATH, project=project)


def _called(job: dict[str, Any]) -> dict[str, Any]:
    """Its name is one by which `mlops job` finds it."""
    return {**job, "name": job["run"], "display_name": job["name"]}


def _fields(arguments: argparse.Namespace) -> dict[str, Any]:
    if not arguments.file:
        return {}
    anew = () if arguments.act is update_endpoint else arguments.set
    return load(arguments.file, kind="batch endpoint", known=KNOWN, without_meaning=WITHOUT_MEANING, settings=anew)
