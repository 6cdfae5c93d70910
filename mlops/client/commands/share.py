"""`mlops share model churn --with ana --as reader` and `mlops unshare …`: access to single things.

Without --with and --group it lists who has access; `mlops share list` lists what others share with you."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.commands.job import find_run
from mlops.client.commands.token import expiry
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_project
from mlops.client.output import show
from mlops.formats.refusal import Refusal, nearest

KINDS = {
    "model": ("models", "models/"),
    "online-endpoint": ("endpoints", "online-endpoints/"),
    "data": ("data", "datasets/"),
    "job": ("runs", "jobs/"),
    "pipeline": ("pipelines", "pipeline-endpoints/"),
    "draft": ("drafts", "drafts/"),
    "component": ("components", "components/"),
    "environment": ("environments", "environments/"),
}
GRANTED = ("model", "online-endpoint", "data", "job", "pipeline", "draft")
OFFERED = ("model", "data", "component", "environment")
"""What is shared with people, and what is offered to projects."""
"""By the word of the command: the kind as REST names it, and the list in which its names are found."""
COLUMNS = (
    ("person", "person"),
    ("group", "group"),
    ("project", "to_project"),
    ("role", "role"),
    ("until", "expires_at"),
    ("by", "created_by"),
)
TAKEN = (("kind", "kind"), ("name", "name"), ("owner", "owner"), ("reference", "reference"))
SHARED = (("kind", "kind"), ("name", "name"), ("project", "project"), ("role", "role"), ("until", "expires_at"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    for kind in KINDS:
        verb = verbs.add(kind, f"share one {kind}; without saying with whom: who has access", share)
        _add_thing(verb, kind)
        if kind in GRANTED:
            verb.add_argument("--as", dest="role", default="reader", help="reader, or operator of an endpoint")
            verb.add_argument("--expires", metavar="TIME", default="", help="such as 30d, 12h, 4w (default: never)")
    verbs.add("list", "what others share with you", list_shared)
    offered = verbs.add("offered", "what other projects offer to a project, and how it is named there", list_offered)
    add_project(offered)


def define_unshare(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    for kind in KINDS:
        _add_thing(verbs.add(kind, f"share one {kind} no more", unshare), kind)


def share(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.to_project or arguments.to_all:
        body = {"to": arguments.to_project, "reason": arguments.reason}
        return show(arguments, connection.post(_address(connection, arguments, "offers"), body))
    address = _address(connection, arguments)
    if not (arguments.person or arguments.group):
        return _list_access(connection, arguments)
    body = {
        "person": arguments.person,
        "group": arguments.group,
        "role": arguments.role,
        "expires_at": expiry(arguments.expires),
        "reason": arguments.reason,
    }
    return show(arguments, connection.post(address, body))


def _list_access(connection: Connection, arguments: argparse.Namespace) -> int:
    """Grants and offers in one list."""
    rows: list[dict[str, Any]] = []
    if arguments.kind in GRANTED:
        rows += connection.get(_address(connection, arguments))["results"]
    if arguments.kind in OFFERED:
        offers = connection.get(_address(connection, arguments, "offers"))["results"]
        rows += [{**one, "to_project": one["to"] or "(every project)"} for one in offers]
    return show(arguments, rows, columns=COLUMNS)


def list_offered(arguments: argparse.Namespace) -> int:
    connection = connect()
    slug = project_for(connection, arguments.project)
    return show(arguments, connection.get("offers/", project=slug)["results"], columns=TAKEN)


def list_shared(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("shared/")["results"], columns=SHARED)


def unshare(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.to_project or arguments.to_all:
        return _withdraw(connection, arguments)
    if not (arguments.person or arguments.group):
        hint = "Give --with, --group, --to-project or --to-all."
        raise WrongUsage("holder_missing", "Say with whom it is shared no more.", hint=hint)
    grants: list[dict[str, Any]] = connection.get(_address(connection, arguments))["results"]
    wanted = arguments.person or arguments.group
    key = "person" if arguments.person else "group"
    for grant in grants:
        if str(grant[key]).lower() == wanted.lower():
            connection.request("DELETE", f"grants/{grant['id']}/", query={"reason": arguments.reason})
            return show(arguments, {"unshared": arguments.name, "with": wanted})
    hint = nearest(wanted, [str(grant[key]) for grant in grants if grant[key]]) or "See: mlops share …, without --with."
    message = f"“{arguments.name}” is not shared with “{wanted}”."
    raise Refusal("not_shared", message, hint=hint, status=404)


def _withdraw(connection: Connection, arguments: argparse.Namespace) -> int:
    for offer in connection.get(_address(connection, arguments, "offers"))["results"]:
        if offer["to"] == arguments.to_project:
            connection.request("DELETE", f"offers/{offer['id']}/", query={"reason": arguments.reason})
            return show(arguments, {"withdrawn": arguments.name, "to": arguments.to_project or "every project"})
    message = f"“{arguments.name}” is not offered to {arguments.to_project or 'every project'}."
    raise Refusal("not_offered", message, hint="See: mlops share …, without saying with whom.", status=404)


def _add_thing(verb: argparse.ArgumentParser, kind: str) -> None:
    verb.set_defaults(kind=kind)
    help = "the job's name, number or id" if kind == "job" else f"the {kind}'s name"
    verb.add_argument("name", metavar="NAME", help=help)
    verb.set_defaults(person="", group="", to_project="", to_all=False)
    if kind in GRANTED:
        verb.add_argument("--with", dest="person", metavar="PERSON", default="", help="a person, or an account@project")
        verb.add_argument("--group", default="", help="a group, instead of --with")
    if kind in OFFERED:
        verb.add_argument("--to-project", metavar="SLUG", default="", help="another project, which may use it then")
        verb.add_argument("--to-all", action="store_true", help="every project of the server")
    verb.add_argument("--reason", default="", help="why, for the audit trail")
    add_project(verb)


def _address(connection: Connection, arguments: argparse.Namespace, what: str = "shared") -> str:
    noun, path = KINDS[arguments.kind]
    if arguments.kind == "job":  # of which there are too many for a look through the list
        return f"{what}/{noun}/{find_run(connection, arguments.name, project=arguments.project)}/"
    row = find(connection, arguments.kind, arguments.name, path=path, project=arguments.project)
    return f"{what}/{noun}/{row['id']}/"
