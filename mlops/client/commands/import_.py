"""`mlops import`: what MLflow kept becomes ours. What lies on this machine is read here and sent."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mlops.client.connection import Connection, connect
from mlops.client.data_upload import told
from mlops.client.errors import RequestFailed
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_project
from mlops.client.output import show

PATH = "imports/"
FINAL = ("completed", "failed", "cancelled")
POLL_SECONDS = 0.5
COLUMNS = (
    ("id", "id"),
    ("source", "source"),
    ("state", "state"),
    ("project", "project"),
    ("started", "started_at"),
    ("ended", "ended_at"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    take = verbs.add("mlflow", "take over runs, files and models of an MLflow store or server", take_mlflow)
    take.add_argument(
        "source", metavar="SOURCE", help="./mlruns, sqlite:///mlflow.db, http://HOST:5000, postgresql://USER@HOST/NAME"
    )
    add_project(take)
    take.add_argument(
        "--experiments", nargs="+", default=[], metavar="NAME", help="only these; * and ? stand for any letters"
    )
    take.add_argument("--models", nargs="+", default=[], metavar="NAME", help="only these registered models")
    take.add_argument("--artifacts", action=argparse.BooleanOptionalAction, default=True, help="with the files")
    take.add_argument("--registry", action=argparse.BooleanOptionalAction, default=True, help="with registered models")
    take.add_argument("--deleted", choices=("leave", "bin"), default="leave", help="what was deleted there")
    take.add_argument(
        "--collisions",
        choices=("merge", "suffix"),
        default="merge",
        help="where an experiment's or model's name is taken",
    )
    take.add_argument("--again", action="store_true", help="also what was taken before and deleted here since")
    take.add_argument("--dry-run", action="store_true", help="only tell what would come")
    take.add_argument("--files", default="", metavar="FOLDER", help="where the store's files lie now")
    take.add_argument("--user", default="", help="of an MLflow server or database with a login")
    take.add_argument(
        "--secret-file", default="", metavar="FILE", help="its password, or a token, in a file; - : standard input"
    )
    take.add_argument("--source-name", default="", metavar="NAME", help="under which the source is remembered")
    take.add_argument(
        "--read-by",
        choices=("auto", "here", "server"),
        default="auto",
        help="who reads the store (auto: here, if it lies here)",
    )
    take.add_argument("--stream", action="store_true", help="wait, and tell how far it is")
    add_project(verbs.add("list", "the imports, the newest first", list_imports))
    for name, help, run in (
        ("show", "how far one is, and its report", show_import),
        ("stream", "wait until one has ended, and tell how far it is", stream_import),
        ("cancel", "end one; what it took stays", cancel_import),
    ):
        verbs.add(name, help, run).add_argument("-n", "--name", required=True, metavar="ID", help="the import's id")


def take_mlflow(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    if is_here(arguments):
        row = _sent(connection, project, arguments)
    else:
        body = {"project": project, "address": arguments.source, "name": arguments.source_name, "user": arguments.user}
        body |= {"secret": _secret(arguments), "options": options_of(arguments, files=arguments.files)}
        row = connection.post(PATH, body)
    return _followed(connection, arguments, row) if arguments.stream else show(arguments, row)


def list_imports(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def show_import(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(f"{PATH}{arguments.name}/"))


def stream_import(arguments: argparse.Namespace) -> int:
    connection = connect()
    return _followed(connection, arguments, connection.get(f"{PATH}{arguments.name}/"))


def cancel_import(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().post(f"{PATH}{arguments.name}/cancel/"))


def options_of(arguments: argparse.Namespace, *, files: str = "") -> dict[str, Any]:
    names = ("artifacts", "registry", "deleted", "collisions", "again", "dry_run")
    lists = {"experiments": arguments.experiments, "models": arguments.models}
    return {name: getattr(arguments, name) for name in names} | lists | {"files": files}


def is_here(arguments: argparse.Namespace) -> bool:
    """A path or a file of this machine, or what only this machine can reach."""
    if arguments.read_by != "auto":
        return bool(arguments.read_by == "here")
    parts = urlsplit(arguments.source)
    if parts.scheme in ("http", "https", "postgresql", "postgres", "mysql"):
        return parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme == "sqlite":
        return _sqlite_file(arguments.source).exists()
    return Path(parts.path if parts.scheme == "file" else arguments.source).exists()


def _sent(connection: Connection, project: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """What is new in the store, read here, packed, and sent."""
    from mlops.mlflow_stores.bundle import Bundle
    from mlops.mlflow_stores.opening import opened
    from mlops.mlflow_stores.wanted import Wanted

    name = arguments.source_name or _name(arguments)
    marks = connection.get(f"{PATH}marks/", project=project, source=name) if not arguments.again else {}
    wanted = Wanted(
        experiments=tuple(arguments.experiments), models=tuple(arguments.models), registry=arguments.registry
    )
    with tempfile.TemporaryDirectory(prefix="mlops-import-") as folder, opened(_address(arguments)) as store:
        archive = Path(folder) / "store.zip"
        bundle = Bundle(
            store,
            archive,
            have=marks,
            wants_experiment=wanted.wants_experiment,
            wants_model=wanted.wants_model,
            with_files=arguments.artifacts,
            is_trial=arguments.dry_run,
            tell=lambda line: print(f"reading: {line}", file=sys.stderr),
        )
        bundle.write()
        for one in bundle.left[:50]:
            print(f"warning: {one.what}: {one.message}", file=sys.stderr)
        if arguments.dry_run:
            told_files = f"{bundle.files:,} files with {bundle.file_bytes / 1e6:,.1f} MB would be sent"
            print(told_files, file=sys.stderr)
        size = archive.stat().st_size
        query = {"project": project, "file_name": "store.zip", "source": name}
        query |= {"options": json.dumps(options_of(arguments))}
        row: dict[str, Any] = connection.upload(
            "PUT", f"{PATH}archives/", told(archive, size), size=size, query=query, kind="application/zip"
        )
        return row


def _address(arguments: argparse.Namespace) -> Any:
    """Of a store that may lie anywhere on this machine: it is its user who reads it."""
    from mlops.mlflow_stores.opening import Address

    parts = urlsplit(arguments.source)
    host = (parts.hostname or "").lower()
    address = arguments.source
    if parts.scheme == "sqlite":
        address = f"sqlite:///{_sqlite_file(arguments.source).resolve()}"
    return Address(
        address=address,
        user=arguments.user,
        secret=_secret(arguments),
        files=str(Path(arguments.files).resolve()) if arguments.files else "",
        roots=(Path(arguments.source).resolve().anchor or "/",),
        private_hosts=(host,) if host else (),
    )


def _name(arguments: argparse.Namespace) -> str:
    """The same next time, on this machine."""
    import socket

    parts = urlsplit(arguments.source)
    if parts.scheme in ("http", "https", "postgresql", "postgres", "mysql"):
        port = f":{parts.port}" if parts.port else ""
        return f"{socket.gethostname()}: {parts.scheme}://{parts.hostname}{port}{parts.path}".rstrip("/")
    place = (
        _sqlite_file(arguments.source) if parts.scheme == "sqlite" else Path(arguments.source.removeprefix("file://"))
    )
    return f"{socket.gethostname()}: {place.resolve()}"


def _sqlite_file(source: str) -> Path:
    return Path(source.partition("sqlite:///")[2])


def _secret(arguments: argparse.Namespace) -> str:
    """Never among the words of a command, which others on the machine may see."""
    if not arguments.secret_file:
        return ""
    if arguments.secret_file == "-":
        return sys.stdin.readline().strip()
    return Path(arguments.secret_file).read_text(encoding="utf-8").strip()


def _followed(connection: Connection, arguments: argparse.Namespace, row: dict[str, Any]) -> int:
    """Raises RequestFailed, which is exit status 1, where it does not complete."""
    print(f"Import {row['id']}: {connection.url.rstrip('/')}{row['url']}", file=sys.stderr)
    last = ""
    while row["state"] not in FINAL:
        so_far = f"; {_counted(row)}" if row["counts"] else ""
        line = f"{row['state']}: {row['done']} of {row['total']} {row['stage']}".rstrip() + so_far
        if line != last:
            print(line, file=sys.stderr)
            last = line
        time.sleep(POLL_SECONDS)
        row = connection.get(f"{PATH}{row['id']}/")
    row = connection.get(f"{PATH}{row['id']}/")
    if row["state"] != "completed":
        raise RequestFailed(f"import_{row['state']}", f"The import {row['state']}: {row['reason']}", hint=row["hint"])
    for one in row["findings"]:
        print(f"warning: {one['kind']} {one['name']}: {one['message']} {one['hint']}".rstrip(), file=sys.stderr)
    print(f"completed: {_counted(row)}", file=sys.stderr)
    return show(arguments, row) if arguments.output or arguments.query else 0


def _counted(row: dict[str, Any]) -> str:
    """Such as `runs: 12 new, 3 unchanged; traces: 1 new`."""
    counts = []
    for kind, outcomes in row["counts"].items():
        told = ", ".join(f"{number:,} {outcome.replace('_', ' ')}" for outcome, number in outcomes.items() if number)
        if told and kind not in ("finding", "left", "file_bytes"):
            counts.append(f"{kind.replace('_', ' ')}s: {told}")
    return "; ".join(counts) or "nothing new"
