"""`mlops workspace`: what Azure ML calls a workspace is a project here."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mlops.client.connection import connect
from mlops.client.documents import load
from mlops.client.errors import WrongUsage
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_file, add_name, add_settings
from mlops.client.output import show

PATH = "projects/"
COLUMNS = (("slug", "slug"), ("name", "name"), ("description", "description"))
KNOWN = ("name", "display_name", "description")
WITHOUT_MEANING = (
    "location", "resource_group", "tags", "storage_account", "container_registry", "key_vault", "application_insights",
    "hbi_workspace", "public_network_access", "managed_network", "identity", "image_build_compute",
    "customer_managed_key", "primary_user_assigned_identity", "system_datastores_auth_mode", "enable_data_isolation",
    "kind", "hub",
)  # fmt: skip


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a project", create_workspace)
    add_file(create, "a workspace YAML (name, description)")
    add_settings(create)
    add_name(create, "the project's short name", required=False)
    create.add_argument("--display-name", default="", help="as people read it")
    create.add_argument("--description", default="", help="what it is for")
    verbs.add("list", "the projects that you may see", list_workspaces)
    add_name(verbs.add("show", "one project", show_workspace), "the project's short name")


def create_workspace(arguments: argparse.Namespace) -> int:
    fields: dict[str, Any] = {}
    if arguments.file or arguments.set:
        fields = load(
            arguments.file, kind="workspace", known=KNOWN, without_meaning=WITHOUT_MEANING, settings=arguments.set
        )
    slug = arguments.name or str(fields.get("name") or "")
    if not slug:
        raise WrongUsage("workspace_incomplete", "A project needs a name.", hint="Give -n NAME, or -f FILE.")
    body = {
        "slug": slug,
        "name": arguments.display_name or str(fields.get("display_name") or slug),
        "description": arguments.description or str(fields.get("description") or ""),
    }
    made = connect().post(PATH, body)
    print(f"It is a project: name it by --project {made['slug']}.", file=sys.stderr)
    return show(arguments, made)


def list_workspaces(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH), columns=COLUMNS)


def show_workspace(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(f"{PATH}{project_for(connection, arguments.name)}/"))
