"""`mlops data`: datasets from files, and back to files."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.documents import beside, load, readable
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_file, add_name, add_project
from mlops.client.output import show
from mlops.client.waiting import until

COLUMNS = (
    ("name", "name"),
    ("version", "version"),
    ("state", "state"),
    ("rows", "row_count"),
    ("project", "project"),
    ("description", "description"),
)
KNOWN = ("name", "path", "description", "licence", "source", "type")
WITHOUT_MEANING = ("version", "tags", "properties", "datastore", "stage", "is_anonymous", "auto_delete_setting")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "upload a CSV or Parquet file as a dataset's next version", create_data)
    add_file(create, "a data YAML (name, path, description, type: uri_file)")
    add_name(create, "the dataset's name", required=False)
    create.add_argument("--path", default="", help="the file")
    create.add_argument("--description", default="", help="what the data is")
    create.add_argument("--no-wait", action="store_true", help="do not wait for the import")
    add_project(create)
    add_project(verbs.add("list", "datasets of one project, or of all", list_data))
    show_verb = verbs.add("show", "one dataset with its newest version", show_data)
    download = verbs.add("download", "one version as a file", download_data)
    for verb in (show_verb, download):
        add_name(verb, "the dataset's name")
        add_project(verb)
        verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    download.add_argument(
        "--format", choices=("raw", "parquet", "csv"), default="raw", help="default: the file as it came"
    )
    download.add_argument("--download-path", default=".", help="a folder or file name (default: here)")


def create_data(arguments: argparse.Namespace) -> int:
    fields = _fields(arguments)
    if not fields.get("name") or not fields.get("path"):
        raise WrongUsage(
            "data_incomplete", "A dataset needs a name and a file.", hint="Give -f FILE, or --name and --path."
        )
    connection = connect()
    project = project_for(connection, arguments.project)
    made = upload_dataset(connection, project=project, fields=fields)
    return show(arguments, _flat(made) if arguments.no_wait else wait_until_ready(connection, made))


def upload_dataset(connection: Connection, *, project: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Streams the file, then makes the dataset of it with the sniffed reading. The answer is the dataset's row."""
    path = Path(fields["path"])
    query = {"project": project, "file_name": path.name}
    size = path.stat().st_size
    upload = connection.upload("PUT", "uploads/", _told(path, size), size=size, query=query)
    for warning in upload.get("warnings", ()):
        print(f"warning: {warning}", file=sys.stderr)
    body = {"project": project, "upload": upload["id"]} | {
        key: fields[key] for key in ("name", "description", "licence", "source") if fields.get(key)
    }
    made: dict[str, Any] = connection.post("datasets/", body)
    return made


def wait_until_ready(connection: Connection, made: dict[str, Any], *, seconds: float = 3600.0) -> dict[str, Any]:
    """The dataset's row when its newest version is imported. Raises RequestFailed with the import's reason."""

    def look() -> dict[str, Any]:
        return _flat(connection.get(f"datasets/{made['id']}/"))

    return until(look, what=f"dataset “{made['name']}”", good=("ready",), bad=("failed",), seconds=seconds)


def list_data(arguments: argparse.Namespace) -> int:
    rows = connect().all("datasets/", project=arguments.project)
    return show(arguments, [_flat(row) for row in rows], columns=COLUMNS)


def show_data(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = find(connection, "dataset", arguments.name, path="datasets/", project=arguments.project)
    number = arguments.version
    path = f"datasets/{row['id']}/versions/{number}/" if number else f"datasets/{row['id']}/"
    return show(arguments, _flat(connection.get(path)))


def download_data(arguments: argparse.Namespace) -> int:
    connection = connect()
    row = find(connection, "dataset", arguments.name, path="datasets/", project=arguments.project)
    number = arguments.version or _flat(connection.get(f"datasets/{row['id']}/"))["version"]
    target = Path(arguments.download_path)
    place = connection.download(f"datasets/{row['id']}/versions/{number}/download/", target, format=arguments.format)
    return show(arguments, {"name": row["name"], "version": number, "path": str(place)})


def _fields(arguments: argparse.Namespace) -> dict[str, Any]:

    fields: dict[str, Any] = {}
    if arguments.file:
        fields = load(arguments.file, kind="dataset", known=KNOWN, without_meaning=WITHOUT_MEANING)
        if fields.get("type", "uri_file") != "uri_file":
            raise WrongUsage(
                "data_type_unsupported",
                f"{arguments.file}: data of type “{fields['type']}” is not read here.",
                hint="Give one CSV or Parquet file, with `type: uri_file`.",
            )
        fields["path"] = str(beside(arguments.file, str(fields.get("path", ""))))
    given = {"name": arguments.name, "path": arguments.path, "description": arguments.description}
    fields |= {key: value for key, value in given.items() if value}
    if fields.get("path"):
        path = readable(Path(fields["path"]))
        if path.is_dir():
            raise WrongUsage("path_is_folder", f"{path} is a folder.", hint="Give one CSV or Parquet file.")
    return fields


def _told(path: Path, size: int) -> Iterator[bytes]:
    """The file's bytes; on a terminal, with a line that says how far it is."""
    tell = sys.stderr.isatty()
    sent, told = 0, 0.0
    with path.open("rb") as file:
        while chunk := file.read(256 * 1024):
            yield chunk
            sent += len(chunk)
            if tell and time.monotonic() - told > 0.2:
                told = time.monotonic()
                print(f"\r{path.name}: {sent / max(size, 1):4.0%} of {size / 1e6:.1f} MB", end="", file=sys.stderr)
    if tell:
        print(f"\r{path.name}: 100% of {size / 1e6:.1f} MB", file=sys.stderr)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """The dataset with what its newest version says, at one level."""
    latest = row.get("latest") or row.get("latest_version")
    if not isinstance(latest, dict):
        return row if "version" in row else {**row, "version": row.get("number")}
    return {
        **{key: value for key, value in row.items() if key not in ("latest", "latest_version")},
        "version": latest.get("number", latest.get("version")),
        **{key: latest.get(key) for key in ("state", "reason", "hint", "row_count", "size_bytes") if key in latest},
    }
