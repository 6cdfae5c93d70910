"""`mlops model`: registered models and their versions."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from mlops.client import sending
from mlops.client.commands import (
    model_archive,
    model_card,
    model_compare,
    model_convert,
    model_explain,
    model_package,
    model_pointing,
    model_profile,
    model_relations,
    model_report,
    model_requests,
    model_scan,
    tagging,
)
from mlops.client.commands.asset_bin import Deletable, as_written
from mlops.client.commands.job import find_run
from mlops.client.commands.model_version import find_version
from mlops.client.commands.unpacking import unpacked
from mlops.client.connection import Connection, connect
from mlops.client.documents import beside, choice, load_source, readable
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_file, add_filter, add_name, add_project, add_settings, filtered, pairs
from mlops.client.output import show

COLUMNS = (
    ("name", "name"),
    ("version", "version"),
    ("task", "task"),
    ("algorithm", "algorithm"),
    ("project", "project"),
    ("created", "created_at"),
)
KNOWN = ("name", "version", "path", "description", "tags", "properties", "type", "framework", "stage")
WHOLE = re.compile(r"[1-9][0-9]{0,8}")
TYPES = ("custom_model", "mlflow_model", "triton_model")
WITHOUT_MEANING = ("flavors", "is_anonymous", "job_name", "auto_delete_setting")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    listed = verbs.add("list", "models, and which carry a tag", list_models)
    add_filter(listed)
    add_name(listed, "the versions of this model", required=False)
    listed.add_argument("--include-archived", action="store_true", help="also what was archived")
    listed.add_argument("--archived-only", action="store_true", help="only what was archived")
    add_project(listed)
    create = verbs.add("create", "register files, or what a run's step made, as a model's next version", create_model)
    add_file(create, "a model YAML (name, version, path, type, description, tags)")
    add_settings(create)
    add_name(create, "the model's name", required=False)
    create.add_argument(
        "--path",
        default="",
        help="a file or folder, or an address: azureml://jobs/NAME/outputs/artifacts/paths/model, runs:/RUN/model",
    )
    create.add_argument("--type", choices=TYPES, default="", help="what it is (read from its files)")
    create.add_argument("--version", "-v", default="", help="a whole number (default: the next one)")
    create.add_argument("--run", default="", help="a run, instead of --path")
    create.add_argument("--node", default="", help="the run's step that trained the model")
    create.add_argument("--port", default="", help="the step's output (default: its model)")
    create.add_argument("--framework", default="", help="of files whose names do not tell it: sklearn, lightgbm, …")
    create.add_argument("--description", default="", help="what the model is for")
    create.add_argument("--tags", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="tags")
    create.add_argument("--set-tag", action="append", default=[], metavar="NAME=VALUE", help="a tag (repeatable)")
    add_project(create)
    show_verb = verbs.add("show", "one version with signature, metrics and origin", show_model)
    download = verbs.add("download", "a version's files", download_model)
    update = verbs.add("update", "tags and the description of a version", update_model)
    update.add_argument("--description", default=None, help="what it is for")
    update.add_argument("--stage", default="", help="None, Staging, Production or Archived; also --set stage=…")
    model_pointing.add_reason(update)
    model_pointing.add_archive_others(update)
    tagging.add_tags(update)
    for verb in (show_verb, update, download):
        add_name(verb, "the model's name, or NAME:VERSION")
        verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
        verb.add_argument("-l", "--label", default="", choices=("", "latest"), help="latest: the newest version")
        add_project(verb)
    model_archive.define(verbs)
    Deletable("model", "models/", as_written).define(verbs)
    model_profile.define(verbs)
    model_explain.define(verbs)
    model_convert.define(verbs)
    model_package.define(verbs)
    model_card.define(verbs)
    model_report.define(verbs)
    model_compare.define(verbs)
    model_pointing.define(verbs)
    model_relations.define(verbs)
    model_requests.define(verbs)
    model_scan.define(verbs)
    download.add_argument(
        "--download-path",
        "-p",
        default=".",
        help="a folder for the one of the model, or a file NAME.zip (default: here)",
    )


def list_models(arguments: argparse.Namespace) -> int:
    connection = connect()
    archived = "only" if arguments.archived_only else "true" if arguments.include_archived else ""
    if arguments.name:
        row = find(connection, "model", arguments.name, path="models/", project=arguments.project, archived="true")
        rows = connection.all(f"models/{row['id']}/versions/", archived=archived, **filtered(arguments))
        return show(arguments, [_named(row, one) for one in rows], columns=COLUMNS)
    rows = connection.all("models/", project=arguments.project, archived=archived, **filtered(arguments))
    return show(arguments, [_flat(row) for row in rows], columns=COLUMNS)


def create_model(arguments: argparse.Namespace) -> int:
    fields = _fields(arguments)
    from_run = bool(arguments.run)
    if not fields.get("name") or from_run == bool(fields.get("path")):
        raise WrongUsage(
            "model_incomplete",
            "A model needs a name and its files.",
            hint="Give --name with --path, or with --run and --node.",
        )
    stage = str(fields.pop("stage", ""))
    connection = connect()
    project = project_for(connection, arguments.project)
    if from_run:
        made = register_output(connection, project=project, fields=fields, arguments=arguments)
    else:
        made = register_files(connection, project=project, fields=fields, file=arguments.file, reuse=False)
    if stage:
        address = f"models/{made['model']}/versions/{made['number']}/"
        model_pointing.move(connection, address, stage, arguments)
        made = connection.get(address)
    return show(arguments, {**made, "version": made["number"]})


def register_files(
    connection: Connection, *, project: str, fields: dict[str, Any], file: str, reuse: bool = True
) -> dict[str, Any]:
    """The version made of what lies at `path`: files here, relative to `file`, or an address that the server reads."""
    path = str(fields["path"])
    if reuse:
        fields = {key: value for key, value in fields.items() if key != "version"}
    if is_address(path):
        body = {key: value for key, value in fields.items() if value}
        made: dict[str, Any] = connection.post("models/", {"project": project, "reuse": reuse, **body})
        return made
    place = readable(beside(file, path))
    return upload_model(connection, project=project, fields={**fields, "path": str(place)}, reuse=reuse)


def is_address(path: str) -> bool:
    return path.startswith(("azureml:", "http://", "https://", "wasbs://", "abfss://", "s3://", "runs:/"))


def register_output(
    connection: Connection, *, project: str, fields: dict[str, Any], arguments: argparse.Namespace
) -> dict[str, Any]:
    run = connection.get(f"runs/{find_run(connection, arguments.run, project=project)}/")
    node, port = model_output(run, node=arguments.node, port=arguments.port)
    body = {"project": project, "run": run["id"], "node": node, "port": port}
    made: dict[str, Any] = connection.post("models/", body | {k: v for k, v in fields.items() if v})
    return made


def model_output(run: dict[str, Any], *, node: str = "", port: str = "") -> tuple[str, str]:
    """The step and port of the run's model. Where several were made, the step must be named."""
    made = [
        (step["node"], output["port"])
        for step in run["steps"]
        for output in step["outputs"]
        if output["type"] == "model" and (not node or step["node"] == node) and (not port or output["port"] == port)
    ]
    if len(made) == 1:
        return made[0]
    if made:
        raise WrongUsage(
            "node_missing",
            "The run made several models.",
            hint=f"Say which with --node: {', '.join(n for n, _ in made)}.",
        )
    raise WrongUsage(
        "model_absent", f"Run {run['number']} made no such model.", hint="`mlops job show` lists its outputs."
    )


def upload_model(
    connection: Connection, *, project: str, fields: dict[str, Any], reuse: bool = False
) -> dict[str, Any]:
    import json

    path = Path(fields["path"])
    files = [(path.name, path)] if path.is_file() else _below(path)
    if path.is_dir():
        fields = {**fields, "properties": {"folder": path.resolve().name, **(fields.get("properties") or {})}}
    if sending.is_worth_it(files):
        return _of_sent(connection, project=project, fields=fields, files=files, reuse=reuse)
    texts: dict[str, Any] = {"project": project, "name": fields["name"], "paths": [name for name, _ in files]}
    texts["reuse"] = "true" if reuse else "false"
    texts |= {key: fields.get(key) or "" for key in ("description", "framework")}
    texts |= {"version": str(fields["version"])} if fields.get("version") else {}
    for key in ("tags", "properties"):
        if fields.get(key):
            texts[key] = json.dumps(fields[key])
    made: dict[str, Any] = connection.send_files("models/", fields=texts, files=files, under="files")
    return made


def _of_sent(
    connection: Connection, *, project: str, fields: dict[str, Any], files: list[tuple[str, Path]], reuse: bool
) -> dict[str, Any]:
    sent = sending.send_all(connection, files, project=project)
    given = ("name", "description", "framework", "tags", "properties", "version")
    body = {key: fields[key] for key in given if fields.get(key)}
    made: dict[str, Any] = connection.post("models/", {"project": project, "reuse": reuse, "sent": sent, **body})
    sending.forget(sent)
    return made


def show_model(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    return show(arguments, _named(row, connection.get(f"models/{row['id']}/versions/{number}/")))


def update_model(arguments: argparse.Namespace) -> int:
    stage = model_pointing.stage_given(arguments)
    more = model_relations.fields_given(arguments)
    body: dict[str, Any] = {"tags": tagging.tags_given(arguments)} if arguments.set or arguments.remove else {}
    if arguments.description is not None:
        body["description"] = arguments.description
    body |= more
    if not body and not stage:
        raise WrongUsage("nothing_to_change", "Nothing was said to change.", hint=tagging.EXAMPLE)
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    address = f"models/{row['id']}/versions/{number}/"
    if body:
        connection.request("PATCH", address, body=body)
    if stage:
        model_pointing.move(connection, address, stage, arguments)
    return show(arguments, _named(row, connection.get(address)))


def download_model(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    path, target = f"models/{row['id']}/versions/{number}/download/", Path(arguments.download_path)
    is_one_file = target.suffix.lower() == ".zip" and not target.is_dir()
    if is_one_file:
        place = connection.download(path, target)
    else:
        place = unpacked(connection, path, target, f"{row['name']}-{number}", holds_folder=True)
    return show(arguments, {"name": row["name"], "version": number, "path": str(place)})


def _fields(arguments: argparse.Namespace) -> dict[str, Any]:
    source, fields = load_source(
        arguments.file, kind="model", known=KNOWN, without_meaning=WITHOUT_MEANING, settings=arguments.set
    )
    choice(source, "type", str(fields.get("type") or TYPES[0]), TYPES, kind="model")
    fields.pop("type", None)
    given = {"name": arguments.name, "path": arguments.path, "description": arguments.description}
    given |= {"framework": arguments.framework, "version": arguments.version}
    fields |= {key: value for key, value in given.items() if value}
    if "version" in fields and not WHOLE.fullmatch(str(fields["version"])):
        said = fields.pop("version")
        print(f"warning: The version “{said}” is no whole number, so the next one is given.", file=sys.stderr)
    if tags := [*arguments.tags, *arguments.set_tag]:
        fields["tags"] = dict(fields.get("tags") or {}) | pairs(tags, code="tag_unreadable")
    if arguments.path and not is_address(arguments.path):
        fields["path"] = str(Path(arguments.path).resolve())
    return fields


def _below(folder: Path) -> list[tuple[str, Path]]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path) for path in found]


def _named(row: dict[str, Any], version: dict[str, Any]) -> dict[str, Any]:
    return {**version, "name": row["name"], "version": version.get("number")}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    latest = row.get("latest") or row.get("latest_version")
    return _named(row, {**latest, **row, "number": latest.get("number")}) if isinstance(latest, dict) else row
