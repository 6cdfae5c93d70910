"""`mlops online-endpoint metrics`: rate, latency, errors and saturation of an endpoint's deployments over time."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import connect
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

PATH = "online-endpoints/"
COLUMNS = (
    ("deployment", "deployment"),
    ("at", "at"),
    ("requests", "requests"),
    ("per second", "per_second"),
    ("errors", "errors"),
    ("refused", "refused"),
    ("p50 s", "p50"),
    ("p95 s", "p95"),
    ("p99 s", "p99"),
    ("wait s", "queue_wait"),
    ("utilization", "utilization"),
    ("processor", "cpu_share"),
    ("memory", "memory_share"),
)


def define(verbs: Verbs) -> None:
    verb = verbs.add("metrics", "rate, latency, errors and saturation over time", show_metrics)
    add_name(verb, "the endpoint's name")
    add_project(verb)
    verb.add_argument("--range", default="1h", metavar="TIME", help="15m, 1h, 6h, 24h, 7d, 30d or 90d (default: 1h)")
    verb.add_argument("--from", dest="start", default="", metavar="TIME", help="ISO 8601, in place of --range")
    verb.add_argument("--to", dest="end", default="", metavar="TIME", help="ISO 8601 (default: now)")
    verb.add_argument("--step", default="", metavar="SECONDS", help="whole minutes; default: about a hundred steps")
    verb.add_argument("--deployment-name", "-d", action="append", default=[], help="also several; default: all")
    verb.add_argument("--total", action="store_true", help="one line a deployment: all of the time together")


def show_metrics(arguments: argparse.Namespace) -> int:
    """One row a deployment and step."""
    connection = connect()
    row = find(connection, "endpoint", arguments.name, path=PATH, project=arguments.project)
    asked = {
        "range": "" if arguments.start else arguments.range,
        "from": arguments.start,
        "to": arguments.end,
        "step": arguments.step,
        "deployment": ",".join(arguments.deployment_name),
    }
    told = connection.get(f"{PATH}{row['id']}/telemetry/", **{key: value for key, value in asked.items() if value})
    return show(arguments, _rows(told, is_total=arguments.total), columns=COLUMNS)


def _rows(told: dict[str, Any], *, is_total: bool) -> list[dict[str, Any]]:
    return [
        {"deployment": one["deployment"], **{key: _short(value) for key, value in point.items()}}
        for one in told["deployments"]
        for point in ([one["total"]] if is_total else one["points"])
    ]


def _short(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value
