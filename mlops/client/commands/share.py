"""`mlops share model churn --with ana --as reader` and `mlops unshare …`: access to single things.

Without --with and --group it lists who has access; `mlops share list` lists what others share with you."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.commands.token import expiry
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs, add_project
from mlops.client.output import show
from mlops.formats.refusal import Refusal, nearest

KINDS = {"model": ("models", "models/"), "online-endpoint": ("endpoints", "online-endpoints/")}
"""By the word of the command: the kind as REST names it, and the list in which its names are found."""
COLUMNS = (("person", "person"), ("group", "group"), ("role", "role"), ("until", "expires_at"), ("by", "created_by"))
SHARED = (("kind", "kind"), ("name", "name"), ("project", "project"), ("role", "role"), ("until", "expires_at"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    for kind in KINDS:
        verb = verbs.add(kind, f"share one {kind}; without --with and --group: who has access", share)
        _add_thing(verb, kind)
        verb.add_argument("--as", dest="role", default="reader", help="reader, or operator of an endpoint")
        verb.add_argument("--expires", metavar="TIME", default="", help="such as 30d, 12h, 4w (default: never)")
    verbs.add("list", "what others share with you", list_shared)


def define_unshare(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    for kind in KINDS:
        _add_thing(verbs.add(kind, f"share one {kind} no more", unshare), kind)


def share(arguments: argparse.Namespace) -> int:
    connection = connect()
    address = _address(connection, arguments)
    if not (arguments.person or arguments.group):
        return show(arguments, connection.get(address)["results"], columns=COLUMNS)
    body = {
        "person": arguments.person,
        "group": arguments.group,
        "role": arguments.role,
        "expires_at": expiry(arguments.expires),
        "reason": arguments.reason,
    }
    return show(arguments, connection.post(address, body))


def list_shared(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("shared/")["results"], columns=SHARED)


def unshare(arguments: argparse.Namespace) -> int:
    if not (arguments.person or arguments.group):
        raise WrongUsage("holder_missing", "Say with whom it is shared no more.", hint="Give --with or --group.")
    connection = connect()
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


def _add_thing(verb: argparse.ArgumentParser, kind: str) -> None:
    verb.set_defaults(kind=kind)
    verb.add_argument("name", metavar="NAME", help=f"the {kind}'s name")
    verb.add_argument("--with", dest="person", metavar="PERSON", default="", help="a person, or an account@project")
    verb.add_argument("--group", default="", help="a group, instead of --with")
    verb.add_argument("--reason", default="", help="why, for the audit trail")
    add_project(verb)


def _address(connection: Connection, arguments: argparse.Namespace) -> str:
    noun, path = KINDS[arguments.kind]
    row = find(connection, arguments.kind, arguments.name, path=path, project=arguments.project)
    return f"shared/{noun}/{row['id']}/"
