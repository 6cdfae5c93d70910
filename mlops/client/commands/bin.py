"""`mlops bin`: the recycle bin of a project, with everything that was deleted there."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.commands import bin_rules
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

COLUMNS = (
    ("kind", "kind"),
    ("name", "title"),
    ("bytes", "bytes"),
    ("deleted", "deleted_at"),
    ("by", "deleted_by"),
    ("why", "reason"),
    ("goes for good", "goes_at"),
)
MOST = 500


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    listed = verbs.add("list", "what lies in a project's recycle bin", list_bin)
    _add_kind(listed)
    listed.add_argument("--search", default="", help="only what has this in its name")
    listed.add_argument("--max-results", "-r", type=int, default=MOST, help="at most so many")
    back = verbs.add("restore", "take something out of the recycle bin", restore)
    back.add_argument("--as", dest="new_name", default="", metavar="NAME", help="under another name")
    purge = verbs.add("purge", "delete something in the recycle bin for good", purge_one)
    for verb in (back, purge):
        add_name(verb, "its name as the list tells it, or its id")
        _add_kind(verb)
    empty = verbs.add("empty", "delete everything in the recycle bin for good", empty_bin)
    _add_kind(empty)
    empty.add_argument("--older-than-days", type=int, default=0, help="only what was deleted so long ago")
    empty.add_argument("--dry-run", action="store_true", help="only say what would go, and how many bytes come free")
    for verb in (purge, empty):
        verb.add_argument("--yes", "-y", action="store_true", help="it cannot be undone: confirm it")
        verb.add_argument("--reason", default="", help="why: it is kept in the tombstones")
    for verb in (listed, back, purge, empty):
        add_project(verb)
    bin_rules.define(verbs)


def list_bin(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    asked = {"kind": arguments.kind, "search": arguments.search, "limit": max(1, min(arguments.max_results, MOST))}
    return show(arguments, connection.get("bin/", project=project, **asked)["results"], columns=COLUMNS)


def restore(arguments: argparse.Namespace) -> int:
    connection = connect()
    kinds = (arguments.kind,) if arguments.kind else ()
    project, item = found_in_bin(connection, arguments.name, kinds=kinds, project=arguments.project)
    return show(arguments, taken_out(connection, project, item, name=arguments.new_name))


def purge_one(arguments: argparse.Namespace) -> int:
    connection = connect()
    kinds = (arguments.kind,) if arguments.kind else ()
    project, item = found_in_bin(connection, arguments.name, kinds=kinds, project=arguments.project)
    return show(arguments, thrown_away(connection, project, item, yes=arguments.yes, reason=arguments.reason))


def empty_bin(arguments: argparse.Namespace) -> int:
    if not arguments.yes and not arguments.dry_run:
        raise _unconfirmed("Emptying the recycle bin")
    connection = connect()
    project = project_for(connection, arguments.project)
    body = {"project": project, "confirmed": project, "kind": arguments.kind, "reason": arguments.reason}
    body |= {"older_than_days": arguments.older_than_days, "dry_run": arguments.dry_run}
    done: dict[str, Any] = connection.post("bin/empty/", body)
    while done.get("left") and done["removed"]:
        more = connection.post("bin/empty/", body)
        done = {**more, "removed": done["removed"] + more["removed"], "bytes": done["bytes"] + more["bytes"]}
    return show(arguments, done)


def found_in_bin(
    connection: Connection, name: str, *, kinds: tuple[str, ...], project: str
) -> tuple[str, dict[str, Any]]:
    """The project's short name and what lies in its bin under the name; of several the last deleted."""
    project = project_for(connection, project)
    wanted = name.removeprefix("azureml:").lstrip("#")
    for item in connection.get("bin/", project=project, limit=MOST)["results"]:
        if kinds and item["kind"] not in kinds:
            continue
        if wanted in (item["title"], item["id"], item["confirm"]):
            return project, item
    raise WrongUsage("not_in_bin", f"“{name}” is not in the recycle bin.", hint="`mlops bin list` shows what is there.")


def taken_out(connection: Connection, project: str, item: dict[str, Any], *, name: str) -> dict[str, Any]:
    body = {"project": project, "name": name}
    done: dict[str, Any] = connection.post(f"bin/{item['kind']}/{item['id']}/restore/", body)
    return done


def thrown_away(
    connection: Connection, project: str, item: dict[str, Any], *, yes: bool, reason: str
) -> dict[str, Any]:
    if not yes:
        raise _unconfirmed(f"Deleting {item['title']} for good")
    body = {"project": project, "confirmed": item["confirm"], "reason": reason}
    connection.post(f"bin/{item['kind']}/{item['id']}/purge/", body)
    return {"removed": item["title"], "kind": item["kind"], "bytes": item["bytes"]}


def _unconfirmed(what: str) -> WrongUsage:
    return WrongUsage("purge_unconfirmed", f"{what} cannot be undone.", hint="Confirm it with --yes.")


def _add_kind(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--kind", default="", help="run, model, model_version, dataset, dataset_version, component, …")
