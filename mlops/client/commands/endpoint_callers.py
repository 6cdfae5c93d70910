"""`mlops online-endpoint`: credentials, tokens of clients, who may call, and the requests that were answered last."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from mlops.client.commands.token import expiry
from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project, add_yes, confirm
from mlops.client.output import show, show_secret

PATH = "online-endpoints/"
MODES = ("key", "aml_token", "none")
TOKEN_COLUMNS = (
    ("name", "name"),
    ("deployments", "deployments"),
    ("expires", "expires_at"),
    ("last used", "last_used_at"),
    ("created by", "created_by"),
)
REQUEST_COLUMNS = (
    ("at", "time"),
    ("status", "status"),
    ("ms", "milliseconds"),
    ("deployment", "deployment"),
    ("stages", "stages"),
    ("credential", "credential"),
    ("request", "request_id"),
)


def define(verbs: Verbs) -> None:
    create = verbs.add("create-token", "make a token for one client; it is shown this once", create_token)
    create.add_argument("--token-name", required=True, help="the client that it is for")
    create.add_argument("--deployment-name", "-d", action="append", default=[], help="call this one alone (repeatable)")
    create.add_argument("--expires", metavar="TIME", default="", help="such as 30d, 12h, 4w (default: never)")
    listed = verbs.add("list-tokens", "tokens, with their scope, end and last use", list_tokens)
    revoke = verbs.add("revoke-token", "refuse callers with this token", revoke_token)
    revoke.add_argument("--token-name", required=True, help="the client that it was made for")
    add_yes(revoke)
    requests = verbs.add("list-requests", "the requests answered last, with their times by stage", list_requests)
    requests.add_argument("--deployment-name", "-d", default="", help="of this deployment alone")
    requests.add_argument("--failed", action="store_true", help="only those of status 400 and above")
    callers = verbs.add("set-callers", "who may call, from which pages, what keeps a caller", set_callers)
    callers.add_argument("--auth-mode", default=None, help="key, aml_token (tokens alone) or none")
    callers.add_argument("--cors-origin", action="append", default=None, help="a page that may call (repeatable)")
    callers.add_argument("--sticky-cookie", default=None, metavar="NAME", help="keeps a browser at one deployment")
    callers.add_argument("--sticky-query", default=None, metavar="NAME", help="the query parameter that does the same")
    for verb in (create, listed, revoke, requests, callers):
        add_name(verb, "the endpoint's name")
        add_project(verb)


def check_mode(mode: str) -> None:
    if mode not in MODES:
        raise WrongUsage(
            "auth_mode_unsupported", f"auth_mode “{mode}” is not offered.", hint=f"Use: {', '.join(MODES)}."
        )


def credentials(connection: Connection, endpoint: dict[str, Any], path: str) -> dict[str, Any]:
    """As Azure names them: two keys, or a token where only tokens count."""
    if endpoint.get("auth_mode") == "aml_token":
        made = connection.post(f"{path}{endpoint['id']}/access-token/", {})
        return {
            "accessToken": made["access_token"],
            "tokenType": made["token_type"],
            "expiryTimeUtc": made["expiry_time_utc"],
            "refreshAfterTimeUtc": made["refresh_after_time_utc"],
        }
    return as_azure(connection.get(f"{path}{endpoint['id']}/credentials/"))


def as_azure(keys: dict[str, Any]) -> dict[str, Any]:
    return {"primaryKey": keys["primary_key"], "secondaryKey": keys["secondary_key"]}


def create_token(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = {
        "name": arguments.token_name,
        "deployments": arguments.deployment_name,
        "expires_at": expiry(arguments.expires),
    }
    made = connection.post(f"{_address(connection, arguments)}tokens/", body)
    return show_secret(arguments, made, "secret")


def list_tokens(arguments: argparse.Namespace) -> int:
    connection = connect()
    found = connection.get(f"{_address(connection, arguments)}tokens/")["results"]
    return show(arguments, found, columns=TOKEN_COLUMNS)


def revoke_token(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Callers with the token “{arguments.token_name}” will be refused. Go on?")
    connection = connect()
    connection.request("DELETE", f"{_address(connection, arguments)}tokens/{quote(arguments.token_name)}/")
    return 0


def list_requests(arguments: argparse.Namespace) -> int:
    connection = connect()
    query = {"deployment": arguments.deployment_name, "failed": "1" if arguments.failed else ""}
    found = connection.get(f"{_address(connection, arguments)}requests/", **query)["results"]
    for one in found:
        one["time"] = datetime.fromtimestamp(one["at"], UTC).isoformat(timespec="milliseconds")
    return show(arguments, found, columns=REQUEST_COLUMNS)


def set_callers(arguments: argparse.Namespace) -> int:
    given = {
        "auth_mode": arguments.auth_mode,
        "cors_origins": arguments.cors_origin,
        "sticky_cookie": arguments.sticky_cookie,
        "sticky_query": arguments.sticky_query,
    }
    connection = connect()
    body = {name: value for name, value in given.items() if value is not None}
    return show(arguments, connection.request("PATCH", f"{_address(connection, arguments)}callers/", body=body))


def _address(connection: Connection, arguments: argparse.Namespace) -> str:
    row = find(connection, "endpoint", arguments.name, path=PATH, project=arguments.project)
    return f"{PATH}{row['id']}/"
