"""`mlops maintenance`: the server closed for changes, and open again."""

from __future__ import annotations

import argparse

from mlops.client.connection import connect
from mlops.client.options import Verbs
from mlops.client.output import show


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("show", "whether the server is being maintained, and why", show_state)
    on = verbs.add("on", "refuse changes by all but administrators; reading and scoring go on", begin)
    on.add_argument("--reason", required=True, help="why: everybody reads it")
    on.add_argument("--until", default="", help="when it is expected to end: 45m, 2h, 1d, or 2026-05-04T18:30 (UTC)")
    verbs.add("off", "take changes again, and start the runs that waited", end)


def show_state(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("maintenance/"))


def begin(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().post("maintenance/", {"reason": arguments.reason, "until": arguments.until}))


def end(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().request("DELETE", "maintenance/"))
