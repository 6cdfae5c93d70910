"""`mlops token`: personal tokens; a secret is printed once."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta

from mlops.client.connection import connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs
from mlops.client.output import show, show_secret

COLUMNS = (
    ("name", "name"),
    ("scopes", "scopes"),
    ("project", "project"),
    ("expires", "expires_at"),
    ("used", "last_used_at"),
)
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a personal token; it is shown this once", create_token)
    create.add_argument("--name", "-n", required=True, help="what the token is for")
    create.add_argument(
        "--scopes",
        default="all",
        help="`all`, `read` for looking only, or actions with commas between them (default: all)",
    )
    create.add_argument(
        "--project", metavar="SLUG", default="", help="good in this project alone (default: in all of yours)"
    )
    create.add_argument("--expires", metavar="TIME", default="", help="such as 30d, 12h, 4w (default: never)")
    verbs.add("list", "your tokens, with when each was used last", list_tokens)
    revoke = verbs.add("revoke", "refuse a token from now on", revoke_token)
    revoke.add_argument("--name", "-n", required=True, help="the token's name")


def create_token(arguments: argparse.Namespace) -> int:

    body = {
        "name": arguments.name,
        "scopes": arguments.scopes,
        "project": arguments.project,
        "expires_at": expiry(arguments.expires),
    }
    made = connect().post("tokens/", body)
    return show_secret(arguments, made, "secret")


def list_tokens(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all("tokens/"), columns=COLUMNS)


def revoke_token(arguments: argparse.Namespace) -> int:
    connection = connect()
    token = find(connection, "token", arguments.name, path="tokens/")
    connection.request("DELETE", f"tokens/{token['id']}/")
    return show(arguments, {"revoked": arguments.name})


def expiry(text: str) -> str | None:
    """`30d` as the moment 30 days from now, ISO 8601 in UTC; None for no end."""
    if not text:
        return None
    return (datetime.now(UTC) + timedelta(seconds=seconds_of(text, option="--expires"))).isoformat()


def seconds_of(text: str, *, option: str) -> int:
    """`2h` as 7200; nothing as 0."""
    if not text:
        return 0
    match = re.fullmatch(r"(\d+)([mhdw])", text)
    if match is None:
        raise WrongUsage("time_unreadable", f"{option} “{text}” is no length of time.", hint="For example: 30d or 12h.")
    return int(match[1]) * SECONDS[match[2]]
