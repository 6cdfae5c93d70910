"""`mlops logs`, `mlops system logs` and `log`: what the server's processes wrote."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from mlops.client.connection import connect
from mlops.client.options import add_output
from mlops.client.output import show

FOLLOW_SECONDS = 2.0
COLUMNS = (("log", "name"), ("of", "title"), ("bytes", "bytes"), ("changed", "changed_at"))


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="LOG", help="such as worker.log, as `mlops system logs` lists them; or: steps, all"
    )
    _add_filters(parser)
    parser.add_argument("--follow", action="store_true", help="go on with what is written from now on")


def define(parser: argparse.ArgumentParser) -> None:
    """`mlops logs`: all of them, for one id."""
    parser.set_defaults(act=show_log, name="all", follow=False)
    parser.add_argument(
        "--correlation", "--id", dest="id", required=True, metavar="ID",
        help="as an error page, a problem or the header X-Request-ID tells it",
    )  # fmt: skip
    _add_filters(parser, id=False)
    add_output(parser)


def _add_filters(parser: argparse.ArgumentParser, *, id: bool = True) -> None:
    parser.add_argument("--level", default="", help="this one and worse: DEBUG, INFO, WARNING, ERROR, CRITICAL")
    parser.add_argument("--text", default="", help="only entries with this text")
    if id:
        parser.add_argument(
            "--id", default="", help="correlation id of the request or call; of steps also a run's number, number/node"
        )
    parser.add_argument("--since", default="", help="15m, 2h, 1d, or a time in UTC")
    parser.add_argument("--until", default="", help="the same")
    parser.add_argument("--lines", type=int, default=200, metavar="N", help="at most so many entries (default: 200)")


def show_logs(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("system/logs/")["results"], columns=COLUMNS)


def show_log(arguments: argparse.Namespace) -> int:
    """As text; with `-o json` as the entries."""
    query: dict[str, Any] = {
        "level": arguments.level, "q": arguments.text, "id": arguments.id, "since": arguments.since,
        "until": arguments.until, "most": arguments.lines,
    }  # fmt: skip
    place = f"system/logs/{arguments.name}/"
    entries = connect().get(place, **query)["entries"]
    if arguments.query or arguments.output not in (None, "table"):
        return show(arguments, entries)
    _print(entries)
    if not entries and not arguments.follow:
        print("Nothing fits. Workers on other machines keep their logs there.", file=sys.stderr)
    while arguments.follow:
        time.sleep(FOLLOW_SECONDS)
        newest = entries[-1]["offset"] if entries else -1
        fresh = [one for one in connect().get(place, **query)["entries"] if one["offset"] > newest]
        _print(fresh)
        entries = fresh or entries
    return 0


def _print(entries: list[dict[str, Any]]) -> None:
    for one in entries:
        words = (one["at"] or "", one["level"], one["source"], f"[{one['mark']}]" if one["mark"] else "", one["text"])
        print(" ".join(word for word in words if word))
    sys.stdout.flush()
