"""`mlops worker create-token`, `tokens`, `revoke-token`: by what machines join. For administrators."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name
from mlops.client.output import Columns, show, show_secret

PATH = "join-tokens/"
COLUMNS: Columns = (
    ("id", "id"), ("note", "note"), ("state", "state_told"), ("labels", "labels_told"), ("expires", "expires_at"),
    ("made by", "created_by"), ("used by", "used_by"),
)  # fmt: skip


def define(verbs: Verbs) -> None:
    make = verbs.add("create-token", "a token by which one machine joins, once (administrators)", create)
    make.add_argument("--note", default=None, help="what for, to be read by people")
    make.add_argument("--labels", default=None, help="what the worker may be asked for, such as gpu,zone=a")
    make.add_argument("--slots", type=int, default=None, help="how many steps it runs at once")
    make.add_argument("--minutes", type=int, default=None, help="how long it is good (default: 60)")
    verbs.add("tokens", "those of the last days, and what became of them (administrators)", list_tokens)
    revoke = verbs.add("revoke-token", "make one useless (administrators)", revoke_token)
    add_name(revoke, "the token's id, as `mlops worker tokens` shows it")


def create(arguments: argparse.Namespace) -> int:
    """The secret is told once; `-o tsv` prints it alone."""
    names = ("note", "labels", "slots", "minutes")
    given: dict[str, Any] = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    return show_secret(arguments, connect().post(PATH, given), "secret")


def list_tokens(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH), columns=COLUMNS)


def revoke_token(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().request("DELETE", f"{PATH}{arguments.name}/"))
