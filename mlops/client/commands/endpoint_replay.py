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
    verb.add_argument("--recorded", action="store_true", help="or those of the running recording")
    verb.add_argument("--collected", action="store_true", help="or those that were collected")
    verb.add_argument("--start", default="", metavar="MOMENT", help="of what was collected, such as 2026-11-20")
    verb.add_argument("--end", default="", metavar="MOMENT", help="not part of it (default: now)")
    verb.add_argument("--dataset", default="", help="or rows of this dataset, NAME or NAME:VERSION")
    verb.add_argument("--absolute", type=float, default=None, help="numbers are equal within this")
    verb.add_argument("--relative", type=float, default=None, help="plus this share of the first value")
    verb.add_argument("--fail-on-difference", action="store_true", help="exit status 1 where an answer differs")
    add_project(verb)
    keeping = verbs.add("record", "keep the last scoring requests for a while, for replays", record)
    add_name(keeping, "the endpoint's name")
    keeping.add_argument("--most", type=int, default=200, help="how many are kept (default: 200)")
    keeping.add_argument("--hours", type=float, default=24.0, help="when it ends by itself (default: 24)")
    keeping.add_argument("--stop", action="store_true", help="end it, and forget them")
    keeping.add_argument("--show", action="store_true", help="whether it runs, and how many it has")
    keeping.add_argument("--download", metavar="FILE", default="", help="write them to a file, one a line")
    add_project(keeping)


def record(arguments: argparse.Namespace) -> int:
    connection = connect()
    endpoint = find(connection, "endpoint", arguments.name, path=PATH, project=arguments.project)
    path = f"{PATH}{endpoint['id']}/recording/"
    if arguments.stop:
        connection.request("DELETE", path)
        return 0
    if arguments.download:
        place = connection.download(f"{path}requests/", Path(arguments.download))
        return show(arguments, {"path": str(place)})
    if arguments.show:
        return show(arguments, connection.get(path))
    return show(arguments, connection.post(path, {"most": arguments.most, "hours": arguments.hours}))


def replay(arguments: argparse.Namespace) -> int:
    sources = [bool(arguments.requests), bool(arguments.dataset), arguments.recorded, arguments.collected]
    if sources.count(True) != 1:
        raise WrongUsage("requests_missing", "Give one of --requests FILE, --dataset NAME, --recorded and --collected.")
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
        made = connection.post(path, {**body, **_source(arguments)})
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


def _source(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("dataset", "recorded", "collected", "start", "end")
    return {name: getattr(arguments, name) for name in names}
