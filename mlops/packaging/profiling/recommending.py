"""From measurements to a recommendation, by a rule that is said in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlops.formats.profiling import GIBIBYTE, Point, ProfileOrder, Recommendation, Served

HEADROOM = 1.3
MEMORY_FACTOR = 1.5
MEMORY_STEP = 128 * 1024**2
LEAST_MEMORY = {"process": 512 * 1024**2, "docker": 128 * 1024**2}
"""The process target bounds no server below this; a container below this hardly starts."""
ENOUGH_SUCCESS = 0.999
BUSY, WAITING = 0.9, 0.25


def recommend(order: ProfileOrder, served: Sequence[Served]) -> tuple[Recommendation, Point] | None:
    """The cheapest setting that meets the target, else the one that came nearest; None where nothing was measured."""
    found = [_one(order, one) for one in served]
    options = [one for one in found if one is not None]
    if not options:
        return None
    good = [one for one in options if one[0].meets]
    chosen = (
        min(good, key=lambda one: (one[0].instances * _hourly(order, one[0]), one[0].cores))
        if good
        else min(options, key=lambda one: (one[1].success_rate < ENOUGH_SUCCESS, one[0].p99_ms))
    )
    return chosen


def arrivals(order: ProfileOrder, best_per_second: float) -> float:
    """At how many requests a second one instance is first tried in the open loop."""
    return min(order.wanted_per_second * HEADROOM, best_per_second) if order.wanted_per_second else best_per_second


def meets(order: ProfileOrder, point: Point) -> bool:
    """Whether nearly all arrivals were answered, 99 of 100 of them in time."""
    return point.p99_ms <= order.p99_target_ms and point.success_rate >= ENOUGH_SUCCESS


def memory_for(rss_bytes: int, *, place: str = "process") -> int:
    return max(LEAST_MEMORY[place], math.ceil(rss_bytes * MEMORY_FACTOR / MEMORY_STEP) * MEMORY_STEP)


def _one(order: ProfileOrder, one: Served) -> tuple[Recommendation, Point] | None:
    rows = min((point.rows for point in one.points), default=0)
    closed = [point for point in one.points if point.loop == "closed" and point.rows == rows]
    opened = [point for point in one.points if point.loop == "open" and point.offered_per_second]
    if not closed or not opened:
        return None
    point = next((each for each in opened if meets(order, each)), opened[-1])
    offered = point.offered_per_second or 0.0
    wanted = order.wanted_per_second
    instances = max(1, math.ceil(wanted * HEADROOM / offered - 1e-9)) if wanted else 1
    memory = memory_for(one.rss_bytes, place=order.place)
    met = meets(order, point)
    carried = wanted / instances if wanted else offered / HEADROOM
    return (
        Recommendation(
            meets=met,
            cores=one.cores,
            memory_bytes=memory,
            instances=instances,
            per_second=carried,
            capacity_per_second=max(each.per_second for each in closed),
            p99_ms=point.p99_ms,
            cost_per_million=cost_per_million(order.prices.per_hour(one.cores, memory), carried),
            timeout_seconds=float(max(1, math.ceil(20 * point.p999_ms / 1000))),
            queue_wait_seconds=round(max(0.1, 5 * point.p99_ms / 1000), 1),
            rule=_rule(order, one, offered=offered, met=met, instances=instances),
            advice=tuple(_advice(order, one, point, met=met)),
        ),
        point,
    )


def cost_per_million(hourly: float, per_second: float) -> float:
    """Of a million requests, where `per_second` are answered for `hourly`."""
    return hourly / (per_second * 3600) * 1e6 if per_second > 0 else 0.0


def _hourly(order: ProfileOrder, found: Recommendation) -> float:
    return order.prices.per_hour(found.cores, found.memory_bytes)


def _rule(order: ProfileOrder, one: Served, *, offered: float, met: bool, instances: int) -> str:
    target = f"99 of 100 requests are answered within {order.p99_target_ms:g} ms"
    if order.wanted_per_second:
        load = f"at 1.3 × the wanted {order.wanted_per_second:g} requests/s (30 % headroom)"
        load += f", spread over {instances} instances" if instances > 1 else ""
    else:
        load = f"at {offered:,.0f} arrivals/s, of which 1/1.3 are counted on (30 % headroom)"
    memory = f"Memory: the most it used ({one.rss_bytes / 1024**2:,.0f} MiB) × 1.5, rounded up to 128 MiB."
    if not met:
        return f"No measured setting meets the target ({target} {load}). This one comes nearest. {memory}"
    return f"The cheapest measured setting in which {target} {load}. {memory}"


def _advice(order: ProfileOrder, one: Served, point: Point, *, met: bool) -> list[str]:
    told = []
    if point.success_rate < 1:
        told.append(f"{1 - point.success_rate:.2%} of the requests failed ({point.failure[:200]}).")
    if not met and point.p99_ms > order.p99_target_ms:
        told.append(
            f"p99 is {point.p99_ms:.1f} ms. Convert the model to ONNX, send fewer rows a request, or allow more time."
        )
    if point.cpu_waiting > WAITING:
        told.append(
            f"The server waited for a core in {point.cpu_waiting:.0%} of its time: other work shares its cores, "
            "or it needs more of them."
        )
    if not one.has_own_cores:
        told.append("The load generator shared the server's cores, so that real servers are faster than this.")
    elif any(each.load_cores > BUSY for each in one.points):
        told.append("The load generator was busy all the time: the server can answer more than was measured.")
    if order.place == "docker":
        return told
    if one.cores < 1:
        told.append("Less than one core is a lower priority on this machine, not a limit.")
    least = LEAST_MEMORY["process"]
    if min(order.memory_bytes) < least:
        told.append(f"A process is never bounded below {least / GIBIBYTE:g} GiB of memory.")
    return told
