"""`mlops lockout`: who was wrong too often and has to wait, for administrators."""

from __future__ import annotations

import argparse
from urllib.parse import quote

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name
from mlops.client.output import show

COLUMNS = (("name", "name"), ("address", "address"), ("attempts", "attempts"), ("until", "until"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("list", "who has to wait, from where, and until when", list_lockouts)
    free = verbs.add("free", "let a name try again from everywhere", free_name)
    add_name(free, "the name, as it was typed")


def list_lockouts(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("lockouts/")["results"], columns=COLUMNS)


def free_name(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().request("DELETE", f"lockouts/{quote(arguments.name, safe='')}/"))
