"""`mlops data`: data assets from files, folders and addresses, and back to files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from mlops.client import sending
from mlops.client.commands.asset_bin import Deletable
from mlops.client.commands.unpacking import unpacked
from mlops.client.connection import Connection, connect
from mlops.client.data_upload import files_below, send, told
from mlops.client.documents import beside, readable
from mlops.client.errors import RequestFailed, WrongUsage
from mlops.client.names import find, project_for, split_version
from mlops.client.options import Verbs, add_file, add_filter, add_name, add_project, add_settings, filtered
from mlops.client.output import show
from mlops.client.waiting import until
from mlops.formats.azureml.data import TYPES, DataFile, read_data, read_import
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.setting import with_settings
from mlops.formats.refusal import Refusal

COLUMNS = (
    ("name", "name"),
    ("version", "version"),
    ("type", "type"),
    ("state", "state"),
    ("rows", "row_count"),
    ("files", "files"),
    ("project", "project"),
    ("description", "description"),
)
VERSION_COLUMNS = (
    ("version", "version"),
    ("state", "state"),
    ("rows", "row_count"),
    ("files", "files"),
    ("bytes", "size_bytes"),
    ("created", "created_at"),
    ("path", "path"),
)
REMOTE = ("http://", "https://", "azureml:", "wasbs://", "wasb://", "abfss://", "abfs://", "s3://")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "register a file, folder, MLTable or address as a version", create_data)
    add_file(create, "a data YAML (name, version, path, type, description, tags)")
    add_name(create, "the data asset's name", required=False)
    create.add_argument("-v", "--version", default="", help="a number or text (default: the next number)")
    create.add_argument("--path", default="", help="a file, a folder, azureml://… or https://…")
    create.add_argument("--type", default="", choices=("", *TYPES), help="default: by what lies at the path")
    create.add_argument("--description", default="", help="what the data is")
    add_settings(create)
    create.add_argument("--reference", action="store_true", help="keep no copy of what lies at the address")
    create.add_argument("--no-wait", action="store_true", help="do not wait until it is read")
    add_project(create)
    imported = verbs.add("import", "copy from a data store: a database's rows, or files", import_data)
    add_file(imported, "a dataImport YAML (name, type, source)", required=True)
    add_name(imported, "the data asset's name", required=False)
    imported.add_argument("-v", "--version", default="", help="a number or text (default: the next number)")
    imported.add_argument("--path", default="", help="without meaning: what is imported is kept by the server")
    add_settings(imported)
    imported.add_argument("--no-wait", action="store_true", help="do not wait until it is read")
    add_project(imported)
    listed = verbs.add("list", "data assets; with a name, its versions", list_data)
    add_name(listed, "one data asset", required=False)
    listed.add_argument("--type", default="", help="of one type: table, uri_file, uri_folder, mltable")
    add_filter(listed)
    listed.add_argument("--include-archived", action="store_true", help="also what was archived")
    listed.add_argument("--archived-only", action="store_true", help="only what was archived")
    add_project(listed)
    shown = verbs.add("show", "one data asset with its newest or named version", show_data)
    archived = verbs.add("archive", "out of the lists: a data asset, or one version", archive_data)
    restored = verbs.add("restore", "back into the lists", restore_data)
    update = verbs.add("update", "tags, properties and description", update_data)
    add_settings(update)
    verify = verbs.add("verify", "whether what lies at its address is still what was registered", verify_data)
    download = verbs.add("download", "one version as a file or folder", download_data)
    for verb in (shown, archived, restored, update, verify, download):
        add_name(verb, "the data asset's name, or name:version")
        add_project(verb)
        verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
        verb.add_argument("-l", "--label", default="", choices=("", "latest"), help="latest: the newest version")
    download.add_argument(
        "--format", choices=("raw", "parquet", "csv"), default="raw", help="default: the files as they came"
    )
    download.add_argument("--download-path", "-p", default=".", help="a folder or file name (default: here)")
    Deletable("dataset", "datasets/", _number).define(verbs)


def create_data(arguments: argparse.Namespace) -> int:
    wanted = _wanted(arguments)
    for warning in wanted.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if not wanted.name or not wanted.path:
        raise WrongUsage(
            "data_incomplete", "A data asset needs a name and a path.", hint="Give -f FILE, or --name and --path."
        )
    path = Path() if wanted.path.startswith(REMOTE) else _local(arguments.file, wanted)
    connection = connect()
    project = project_for(connection, arguments.project)
    body = {
        "project": project,
        "name": wanted.name,
        "version": wanted.version,
        "description": wanted.description,
        "tags": wanted.tags,
        "properties": wanted.properties,
        "reference": wanted.reference,
    }
    sent: list[dict[str, str]] = []
    if wanted.path.startswith(REMOTE):
        body |= {"path": wanted.path, "type": wanted.type or _guessed(wanted.path)}
    else:
        body |= {"type": wanted.type or _type_at(path)}
        files = [(path.name, path)] if path.is_file() else files_below(path)
        if sending.is_worth_it(files):
            body["sent"] = sent = sending.send_all(connection, files, project=project)
        else:
            body["arrival"] = send(connection, path, project=project)["id"]
    made = connection.post("data-assets/", body)
    sending.forget(sent)
    row = _flat(made) if arguments.no_wait else _read_or_forgotten(connection, made)
    for warning in row.get("warnings") or ():
        print(f"warning: {warning}", file=sys.stderr)
    return show(arguments, row)


def import_data(arguments: argparse.Namespace) -> int:
    text = readable(Path(arguments.file)).read_text(encoding="utf-8")
    wanted = read_import(with_settings(load(arguments.file, text), arguments.set))
    for warning in wanted.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    name, version = arguments.name or wanted.name, arguments.version or wanted.version
    if not name:
        raise WrongUsage("data_incomplete", "A data asset needs a name.", hint="Write “name”, or give -n.")
    connection = connect()
    body = {
        **{key: getattr(wanted, key) for key in ("path", "type", "description", "tags", "properties")},
        "project": project_for(connection, arguments.project),
        "name": name,
        "version": version,
    }
    made = connection.post("data-assets/", body)
    return show(arguments, _flat(made) if arguments.no_wait else _read_or_forgotten(connection, made))


def _read_or_forgotten(connection: Connection, made: dict[str, Any]) -> dict[str, Any]:
    """Of what could not be read, nothing stays: its reason is told here. Raises RequestFailed."""
    try:
        return wait_until_ready(connection, made)
    except RequestFailed as failure:
        if failure.code != "data_failed":
            raise
        connection.request("DELETE", f"datasets/{made['id']}/versions/{_flat(made)['number']}/")
        failure.message = f"{failure.message} Nothing was created."
        raise


def upload_dataset(connection: Connection, *, project: str, fields: dict[str, Any]) -> dict[str, Any]:
    """A table: streams the file, then makes the dataset of it with the sniffed reading. The dataset's row."""
    path = Path(fields["path"])
    query = {"project": project, "file_name": path.name}
    size = path.stat().st_size
    upload = connection.upload("PUT", "uploads/", told(path, size), size=size, query=query)
    for warning in upload.get("warnings", ()):
        print(f"warning: {warning}", file=sys.stderr)
    body = {"project": project, "upload": upload["id"]} | {
        key: fields[key] for key in ("name", "description", "licence", "source") if fields.get(key)
    }
    made: dict[str, Any] = connection.post("datasets/", body)
    return made


def wait_until_ready(connection: Connection, made: dict[str, Any], *, seconds: float = 3600.0) -> dict[str, Any]:
    """The dataset's row when its version is imported. Raises RequestFailed with the import's reason."""
    number = _flat(made)["number"]

    def look() -> dict[str, Any]:
        return _flat({**made, "latest": connection.get(f"datasets/{made['id']}/versions/{number}/")})

    return until(look, what=f"data asset “{made['name']}”", good=("ready",), bad=("failed",), seconds=seconds)


def list_data(arguments: argparse.Namespace) -> int:
    connection = connect()
    archived = "only" if arguments.archived_only else "true" if arguments.include_archived else ""
    if arguments.name:
        row = _named(connection, arguments, arguments.name)
        rows = [_flat({**row, "latest": one}) for one in connection.all(f"datasets/{row['id']}/versions/")]
        if not arguments.include_archived:
            rows = [one for one in rows if one["archived"] == arguments.archived_only]
        return show(arguments, rows[: arguments.max_results or None], columns=VERSION_COLUMNS)
    asked = {"archived": archived, "type": arguments.type, **filtered(arguments)}
    rows = connection.all("datasets/", project=arguments.project, **asked)
    return show(arguments, [_flat(row) for row in rows][: arguments.max_results or None], columns=COLUMNS)


def show_data(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, version = _found(connection, arguments)
    return show(arguments, _flat({**row, "latest": version}))


def archive_data(arguments: argparse.Namespace) -> int:
    return _archived(arguments, "archive")


def restore_data(arguments: argparse.Namespace) -> int:
    return _archived(arguments, "restore")


def update_data(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, version = _found(connection, arguments)
    current: dict[str, Any] = {"tags": {}, "properties": {}}
    if not arguments.set:
        raise WrongUsage("nothing_to_change", "Nothing was said to change.", hint="Such as --set tags.owner=me.")
    given = with_settings(load("--set", msgspec.json.encode(current).decode()), arguments.set).value
    unknown = [name for name in given if name not in ("tags", "properties", "description")]
    if unknown:
        raise WrongUsage(
            "field_fixed", f"“{unknown[0]}” of a version never changes.", hint="Such as --set tags.owner=me."
        )
    if given.get("description") is not None:
        connection.request("PATCH", f"datasets/{row['id']}/", body={"description": str(given["description"])})
    body = {key: {name: _word(value) for name, value in given[key].items()} for key in ("tags", "properties")}
    changed = connection.request("PATCH", f"data-assets/{row['id']}/", body={**body, "version": version["version"]})
    return show(arguments, _flat(changed))


def verify_data(arguments: argparse.Namespace) -> int:
    """Exit status 1 where it has changed, is gone, or cannot be looked at."""
    connection = connect()
    row, version = _found(connection, arguments)
    verdict = connection.post(f"datasets/{row['id']}/versions/{version['number']}/verify/")
    status = show(arguments, verdict)
    return status or (0 if verdict["state"] in ("unchanged", "not_outside") else 1)


def download_data(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, version = _found(connection, arguments)
    target = Path(arguments.download_path)
    path = f"datasets/{row['id']}/versions/{version['number']}/download/"
    if version.get("type") in ("uri_folder", "mltable") and arguments.format == "raw":
        place = unpacked(connection, path, target, row["name"])
    else:
        place = connection.download(path, target, format=arguments.format)
    return show(arguments, {"name": row["name"], "version": version["version"], "path": str(place)})


def _number(connection: Connection, row: dict[str, Any], version: str) -> str:
    """REST addresses versions by number, also those that have a text of their own."""
    found = connection.get(f"datasets/{row['id']}/versions/", version=version, limit=1)["results"]
    if not found:
        raise Refusal("version_unknown", f"“{row['name']}” has no version {version}.", status=404)
    return str(found[0]["number"])


def _archived(arguments: argparse.Namespace, act: str) -> int:
    connection = connect()
    row, version = _found(connection, arguments)
    named = arguments.version or arguments.label or split_version(arguments.name)[1]
    body = {"version": version["version"]} if named else {}
    return show(arguments, _flat(connection.post(f"data-assets/{row['id']}/{act}/", body)))


def _found(connection: Connection, arguments: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """The asset's row and the version's. Raises Refusal `version_unknown` with those that there are."""
    name, version = split_version(arguments.name)
    if version and arguments.version and version != arguments.version:
        raise WrongUsage("version_twice", f"“{arguments.name}” and --version {arguments.version} differ.")
    row = _named(connection, arguments, name)
    wanted = arguments.version or arguments.label or version
    path = f"datasets/{row['id']}/versions/"
    found = connection.get(path, version=wanted or "latest", limit=1)["results"]
    if not found and not wanted:
        found = connection.get(path, limit=1)["results"]
    if not found:
        known = ", ".join(str(one["version"]) for one in connection.get(path, limit=20)["results"])
        raise Refusal("version_unknown", f"“{name}” has no version {wanted}.", hint=f"There are: {known}.", status=404)
    return row, connection.get(f"{path}{found[0]['number']}/")


def _named(connection: Connection, arguments: argparse.Namespace, name: str) -> dict[str, Any]:
    return find(connection, "data asset", name, path="datasets/", project=arguments.project, archived="true")


def _wanted(arguments: argparse.Namespace) -> DataFile:
    """The file, the settings, and what the options say, in this order."""
    if arguments.file:
        text = readable(Path(arguments.file)).read_text(encoding="utf-8")
        wanted = read_data(with_settings(load(arguments.file, text), arguments.set))
    else:
        settings = [f"path={arguments.path}", *arguments.set] if arguments.path else arguments.set
        wanted = read_data(with_settings(load("--set", "{}"), settings)) if settings else DataFile()
    names = ("name", "version", "path", "type", "description")
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name)}
    if arguments.reference:
        given["reference"] = True
    return msgspec.structs.replace(wanted, **given)


def _local(file: str, wanted: DataFile) -> Path:
    """The path of an option is relative to here, that of a file to the file."""
    text = wanted.path.removeprefix("file://").removeprefix("file:")
    here = Path(text)
    if file and not here.is_absolute():
        here = beside(file, text)
    return readable(here)


def _type_at(path: Path) -> str:
    return "uri_folder" if path.is_dir() else "uri_file"


def _guessed(address: str) -> str:
    """Of an address: a file where its last part has an ending."""
    last = address.rstrip("/").rpartition("/")[2].partition("?")[0]
    return "uri_file" if "." in last and not address.endswith("/") else "uri_folder"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """The dataset with what one version says, at one level."""
    latest = row.get("latest")
    if not isinstance(latest, dict):
        return row
    of_version = {key: value for key, value in latest.items() if key not in ("id", "dataset", "profile")}
    of_dataset = {key: value for key, value in row.items() if key != "latest"}
    return {
        **of_version,
        **of_dataset,
        "version": latest["version"],
        "archived": row.get("archived") or latest["archived"],
    }
