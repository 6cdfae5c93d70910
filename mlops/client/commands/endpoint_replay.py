"""`mlops online-endpoint replay`: the same requests to two deployments or versions, and how the answers differ."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mlops.client.connection import connect
from mlops.client.documents import readable
from mlops.client.errors import WrongUsage
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.client.waiting import until

PATH = "online-endpoints/"
DIFFERS = 1


def define(verbs: Verbs) -> None:
    verb = verbs.add("replay", "ask two deployments or versions the same, and show what differs", replay)
    add_name(verb, "the endpoint's name")
    verb.add_argument("--before", default="", help="a deployment, or MODEL:VERSION (default: the endpoint's default)")
    verb.add_argument("--after", required=True, help="a deployment, or MODEL:VERSION")
    verb.add_argument("--requests", default="", metavar="FILE", help="one request a line, as JSON")
    verb.add_argument("--dataset", default="", help="or rows of this dataset, NAME or NAME:VERSION")
    verb.add_argument("--absolute", type=float, default=None, help="numbers are equal within this")
    verb.add_argument("--relative", type=float, default=None, help="plus this share of the first value")
    verb.add_argument("--fail-on-difference", action="store_true", help="exit status 1 where an answer differs")
    add_project(verb)


def replay(arguments: argparse.Namespace) -> int:
    if bool(arguments.requests) == bool(arguments.dataset):
        raise WrongUsage("requests_missing", "Give either --requests FILE or --dataset NAME.")
    connection = connect()
    endpoint = find(connection, "endpoint", arguments.name, path=PATH, project=arguments.project)
    path = f"{PATH}{endpoint['id']}/replays/"
    body: dict[str, Any] = {"before": arguments.before or endpoint.get("default") or "", "after": arguments.after}
    body |= {
        name: getattr(arguments, name) for name in ("absolute", "relative") if getattr(arguments, name) is not None
    }
    if arguments.requests:
        file = readable(Path(arguments.requests))
        made = connection.send_files(path, fields=body, files=[(file.name, file)], under="requests")
    else:
        made = connection.post(path, {**body, "dataset": arguments.dataset})
    number = made["number"]
    try:
        ended = until(
            lambda: connection.get(f"{path}{number}/"),
            what=f"replay {number}",
            good=("completed",),
            bad=("failed", "cancelled"),
            seconds=3600,
            interval=0.5,
        )
    except KeyboardInterrupt:
        connection.post(f"{path}{number}/cancel/")
        print("Cancelled.", file=sys.stderr)
        return 1
    show(arguments, ended["report"])
    return DIFFERS if arguments.fail_on_difference and ended["report"]["differing"] else 0
