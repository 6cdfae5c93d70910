"""What a deployment gives to take along: the manifests of its target, the bundle of a device."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mlops.client.commands.online_endpoint import PATH
from mlops.client.connection import Connection, connect
from mlops.client.names import find


def print_manifests(arguments: argparse.Namespace) -> int:
    connection = connect()
    return print_shown(connection.get(f"{deployment_path(connection, arguments)}manifests/"))


def print_shown(shown: dict[str, Any]) -> int:
    """The document alone on standard output, so that it can be piped; what is wrong with it on standard error."""
    print(shown["text"], end="" if shown["text"].endswith("\n") else "\n")
    for problem in shown["problems"]:
        print(problem, file=sys.stderr)
    return 1 if shown["problems"] else 0


def download_bundle(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = f"{deployment_path(connection, arguments)}bundle/"
    print(connection.download(path, Path(arguments.download_path), platform=arguments.platform))
    return 0


def deployment_path(connection: Connection, arguments: argparse.Namespace, *, name: str = "") -> str:
    endpoint = find(connection, "endpoint", arguments.endpoint_name, path=PATH, project=arguments.project)
    path = f"{PATH}{endpoint['id']}/deployments/"
    row = find(connection, "deployment", name or arguments.name, path=path)
    return f"{path}{row['id']}/"
