"""`mlops repository link` and its like: drafts that are kept the same as YAML files of a repository."""

from __future__ import annotations

import argparse
import time
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.errors import RequestFailed
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.client.rows import Rows
from mlops.formats.refusal import Refusal, nearest

ROWS = Rows("repository", "repositories/")
POLL_SECONDS = 0.5
COLUMNS = (
    ("path", "path"),
    ("branch", "branch"),
    ("draft", "name"),
    ("state", "state"),
    ("commit", "commit"),
    ("reason", "reason"),
)


def define(verbs: Verbs) -> None:
    link = verbs.add("link", "keep a draft and a YAML file of the repository the same, both ways", link_draft)
    link.add_argument("--draft", default="", metavar="NAME", help="name or id; by default one is made from the file")
    link.add_argument("--branch", default="", help="the one that is followed; default: the repository's")
    link.add_argument("--propose", action="store_true", help="versions become commits of a branch for proposals")
    link.add_argument("--by-hand", action="store_true", help="saving a version pushes nothing")
    push = verbs.add("push", "make the draft as it is a commit", push_draft)
    pull = verbs.add("pull", "take the file's newest commit in", pull_draft)
    keep = verbs.add("settle", "end a conflict by keeping one side; the other stays in the history", settle_draft)
    keep.add_argument("--keep", choices=("here", "there"), required=True, help="the draft, or the file")
    for verb in (link, push, pull):
        verb.add_argument("--no-wait", action="store_true", help="do not wait until it is done")
    for verb in (link, push, pull, keep, verbs.add("unlink", "let both go their own ways", unlink_draft)):
        verb.add_argument("--path", required=True, metavar="FILE", help="as it lies in the repository")
        _add_one(verb)
    _add_one(verbs.add("links", "the drafts that are kept the same as files, with their states", list_links))


def link_draft(arguments: argparse.Namespace) -> int:
    connection = connect()
    address = f"{ROWS.address(connection, arguments)}pipelines/"
    body: dict[str, Any] = {"path": arguments.path, "branch": arguments.branch}
    body |= {"is_direct": not arguments.propose, "pushes_versions": not arguments.by_hand}
    if arguments.draft:
        found = find(connection, "draft", arguments.draft, path="drafts/", project=arguments.project)
        body["draft"] = found["id"]
    made = connection.post(address, body)
    return _ended(connection, arguments, f"{address}{made['id']}/", made)


def push_draft(arguments: argparse.Namespace) -> int:
    return _act(arguments, "push")


def pull_draft(arguments: argparse.Namespace) -> int:
    return _act(arguments, "pull")


def settle_draft(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"{_address(connection, arguments)}settle/", {"keep": arguments.keep}))


def unlink_draft(arguments: argparse.Namespace) -> int:
    connection = connect()
    connection.request("DELETE", _address(connection, arguments))
    return show(arguments, {"unlinked": arguments.path})


def list_links(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(f"{ROWS.address(connection, arguments)}pipelines/"), columns=COLUMNS)


def _act(arguments: argparse.Namespace, act: str) -> int:
    connection = connect()
    address = _address(connection, arguments)
    return _ended(connection, arguments, address, connection.post(f"{address}{act}/"))


def _ended(connection: Connection, arguments: argparse.Namespace, address: str, link: dict[str, Any]) -> int:
    """Raises RequestFailed, which is exit status 1, where the two sides could not be brought together."""
    while link["is_waiting"] and not arguments.no_wait and link["state"] not in ("failed", "conflict"):
        time.sleep(POLL_SECONDS)
        link = connection.get(address)
    if link["state"] in ("failed", "conflict") and not arguments.no_wait:
        raise RequestFailed(f"link_{link['state']}", link["reason"], hint=link["hint"])
    return show(arguments, link)


def _address(connection: Connection, arguments: argparse.Namespace) -> str:
    address = f"{ROWS.address(connection, arguments)}pipelines/"
    links = connection.get(address)
    found = next((one for one in links if arguments.path in (one["path"], one["id"])), None)
    if found is None:
        known = [one["path"] for one in links]
        hint = nearest(arguments.path, known) or f"Linked are: {', '.join(known) or 'none'}."
        raise Refusal("link_unknown", f"“{arguments.path}” is linked to no draft.", hint=hint, status=404)
    return f"{address}{found['id']}/"


def _add_one(verb: argparse.ArgumentParser) -> None:
    add_name(verb, "the repository's name")
    add_project(verb)
