"""`mlops model package`: a version as a container image, as a file, in an engine or registry, or as a build context."""

from __future__ import annotations

import argparse
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops.client.build_context import pack
from mlops.client.commands.model_version import find_version
from mlops.client.connection import Connection, connect
from mlops.client.documents import readable
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.client.waiting import until

FORMS = ("table", "json", "yaml", "tsv")
SECONDS = 3600.0
COLUMNS = (
    ("id", "id"),
    ("version", "version"),
    ("state", "state"),
    ("reference", "reference"),
    ("digest", "digest"),
    ("bytes", "size_bytes"),
    ("reason", "reason"),
)


def define(verbs: Verbs) -> None:
    told = "make a container image of a version, or what another builder needs for it"
    verb = verbs.add("package", told, package, form=_add_output)
    add_name(verb, "the model's name, or NAME:VERSION")
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    verb.add_argument("--entry", default="", help="onnx, native or script (default: onnx where it was accepted)")
    verb.add_argument("--script", default="", metavar="FILE", help="the script of the entry script")
    verb.add_argument("--base", default="", metavar="IMAGE", help="the base image (default: the server's own Python)")
    verb.add_argument("--dockerfile", default="", metavar="DIR", help="a folder whose Dockerfile makes the base")
    verb.add_argument("--tag", default="", metavar="NAME", help="give it to the server's Docker engine as NAME")
    verb.add_argument("--push", default="", metavar="REF", help="push it to registry/repository:tag")
    verb.add_argument("--oci", default="", metavar="FILE", help="write it as an archive that every engine loads")
    verb.add_argument(
        "--download-path", "-p", default="", metavar="DIR", help="write Dockerfile, wheels and model there"
    )
    verb.add_argument("--no-stream", action="store_true", help="do not print the build's log")
    verb.add_argument("--no-wait", action="store_true", help="do not wait until it is ready")
    add_project(verb)
    listed = verbs.add("list-packages", "the images of a version", list_packages)
    add_name(listed, "the model's name, or NAME:VERSION")
    listed.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    add_project(listed)


def package(arguments: argparse.Namespace) -> int:
    """Ctrl-C cancels the build."""
    _check_places(arguments)
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    body = {name: getattr(arguments, name) for name in ("entry", "base", "tag", "push") if getattr(arguments, name)}
    if arguments.script:
        body["script"] = readable(Path(arguments.script)).read_text(encoding="utf-8")
    made = _ask(connection, f"models/{row['id']}/versions/{number}/images/", body, arguments.dockerfile)
    if arguments.no_wait:
        return show(arguments, made)
    try:
        ended = _wait(connection, made["id"], quiet=arguments.no_stream)
    except KeyboardInterrupt:
        connection.post(f"images/{made['id']}/cancel/")
        print("Cancelled.", file=sys.stderr)
        return 1
    return show(arguments, {**ended, **_written(connection, made["id"], arguments)})


def _ask(connection: Connection, path: str, body: dict[str, Any], dockerfile: str) -> dict[str, Any]:
    made: dict[str, Any]
    if not dockerfile:
        made = connection.post(path, body)
        return made
    with tempfile.TemporaryDirectory() as name:
        packed = pack(Path(dockerfile), Path(name) / "context.tar")
        made = connection.send_files(path, fields=body, files=[(packed.name, packed)], under="build_context")
    return made


def list_packages(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    return show(arguments, connection.all(f"models/{row['id']}/versions/{number}/images/"), columns=COLUMNS)


def _add_output(verb: argparse.ArgumentParser) -> None:
    told = f"form of the answer ({', '.join(FORMS)}), or the folder for Dockerfile, wheels and model"
    verb.add_argument("-o", "--output", action=_FormOrFolder, metavar="FORM|DIR", help=told)
    verb.add_argument("--query", metavar="EXPR", help="a JMESPath expression applied to the answer")


class _FormOrFolder(argparse.Action):
    """`--output DIR` is understood as well as `-o json`: a value that is no form of an answer is a folder."""

    def __call__(
        self, parser: argparse.ArgumentParser, arguments: argparse.Namespace, value: Any, option: str | None = None
    ) -> None:
        setattr(arguments, "output" if value in FORMS else "download_path", value)


def _check_places(arguments: argparse.Namespace) -> None:
    """Before anything is built for them."""
    if arguments.no_wait and (arguments.download_path or arguments.oci):
        raise WrongUsage(
            "package_not_awaited", "Files can be written when the image is ready.", hint="Leave --no-wait."
        )
    folder = Path(arguments.download_path) if arguments.download_path else None
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUsage("folder_not_empty", f"{folder} is not an empty folder.", hint="Name a new one.")
    if arguments.oci and not Path(arguments.oci).absolute().parent.is_dir():
        raise WrongUsage("folder_absent", f"The folder of {arguments.oci} does not exist.")


def _wait(connection: Connection, image_id: str, *, quiet: bool) -> dict[str, Any]:
    said = _listening(connection, image_id)

    def look() -> dict[str, Any]:
        row: dict[str, Any] = connection.get(f"images/{image_id}/")
        if not quiet:
            said()
        return row

    return until(look, what="Image", good=("ready",), bad=("failed", "cancelled"), seconds=SECONDS, interval=0.5)


def _listening(connection: Connection, image_id: str) -> Callable[[], None]:
    """Prints what the build said since the last call, on standard error."""
    offset = 0

    def print_news() -> None:
        nonlocal offset
        told = connection.get(f"images/{image_id}/log/", offset=offset, form="json")
        offset = told["next"]
        print(told["text"], end="", file=sys.stderr, flush=True)

    return print_news


def _written(connection: Connection, image_id: str, arguments: argparse.Namespace) -> dict[str, str]:
    written = {}
    if arguments.oci:
        written["archive"] = str(connection.download(f"images/{image_id}/archive/", Path(arguments.oci)))
    if arguments.download_path:
        folder = Path(arguments.download_path)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as name:
            packed = connection.download(f"images/{image_id}/context/", Path(name) / "context.tar.gz")
            with tarfile.open(packed) as tar:
                tar.extractall(folder, filter="data")
        written["context"] = str(folder)
    return written
