"""`mlops health`: what is wrong with the server, since when, why, and what to do. For administrators."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import connect
from mlops.client.options import add_output
from mlops.client.output import Columns, is_for_people, show

PATH = "system/health/"
COLUMNS: Columns = (
    ("part", "part"), ("state", "state"), ("which", "what"), ("why", "why"), ("since", "since"),
)  # fmt: skip


def define(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(act=tell)
    parser.add_argument("--all", action="store_true", help="also the parts that are well")
    parser.add_argument("--look", action="store_true", help="have a worker look at all parts now; ask again then")
    add_output(parser)


def tell(arguments: argparse.Namespace) -> int:
    """Exit status 1 where something is bad."""
    if arguments.look:
        return show(arguments, connect().post(f"{PATH}look/"))
    found = connect().get(PATH)
    if is_for_people(arguments):
        lines = _lines(found, with_well=arguments.all)
        show(arguments, lines, columns=COLUMNS)
        print("\n".join(["", *(f"{one['part']}: {one['remedy']}" for one in lines if one["remedy"])]))
    else:
        show(arguments, found)
    return 1 if found["state"] == "bad" else 0


def _lines(found: dict[str, Any], *, with_well: bool) -> list[dict[str, Any]]:
    """One a finding; of parts that are well one line, where they are asked for."""
    lines = []
    for part in found["parts"]:
        told = {"part": part["title"], "state": part["state"], "since": part["since"]}
        amiss = [one for one in part["findings"] if one["state"] != "ok"]
        lines += [{**told, **one, "since": one["since"] or part["since"]} for one in amiss]
        if with_well and not amiss:
            lines.append({**told, "what": "", "why": "", "remedy": ""})
    return lines
