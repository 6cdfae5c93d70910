"""The middle of the loop: a monitor on what the endpoint is asked, somebody to be told, and calls that move away."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from mlops.client.commands.online_endpoint import PATH as ENDPOINTS
from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed
from mlops.client.waiting import until
from mlops.server.loop.serving import NAME, PROJECT, Told
from mlops.server.loop.sink import Sink
from mlops.server.loop.tables import LABEL, Flight
from mlops.server.loop.traffic import Caller, waited

DRIFT_TYPE = "mlops.monitor.drift_detected"
SETTINGS = {
    "target": {"endpoint": NAME},
    "baseline": {"kind": "training"},
    "signals": [
        {
            "name": "data drift",
            "kind": "data_drift",
            "numerical": {"normalized_wasserstein_distance": 0.5},
            "categorical": {"jensen_shannon_distance": 0.3},
        },
        {"name": "performance", "kind": "model_performance", "metrics": {"mean_absolute_error": 40.0}},
    ],
    "label": LABEL,
    "frequency": "hour",
    "window_seconds": 3600.0,
}
VISIBLE_SECONDS, LOOK_SECONDS, ALERT_SECONDS = 30.0, 180.0, 60.0


def watch(rest: Connection) -> Told:
    """The monitor's row."""
    monitor = rest.post("monitors/", {"project": PROJECT, "name": NAME, "settings": SETTINGS})
    said = "each hour: drift of the inputs from the training data, and errors once the truth is known"
    return monitor, said, f"/monitoring/{monitor['id']}/"


def tell(rest: Connection, sink: Sink) -> Told:
    """A signed web hook for drift and for what becomes of retraining."""
    body = {
        "project": PROJECT,
        "name": "demo sink",
        "url": sink.url,
        "types": [DRIFT_TYPE, "mlops.retraining.*"],
    }
    made = rest.post("subscriptions/", body)
    return made, f"{sink.url} is told of drift and of retraining", f"/alerts/subscriptions/{made['id']}/"


def call(rest: Connection, endpoint: dict[str, Any], caller: Caller, flights: list[Flight]) -> tuple[list[str], Any]:
    """Asks about all flights, and tells how late each was in the end. The ids, and when the first was asked."""
    began, before = datetime.now(UTC), _kept(rest, endpoint)
    ids = caller.ask(flights)
    rest.post(f"{ENDPOINTS}{endpoint['id']}/labels/", caller.labels(ids))
    wanted = tuple(count + len(ids) for count in before)
    if not waited(VISIBLE_SECONDS, lambda: _kept(rest, endpoint) >= wanted):
        requests, labels = (now - then for now, then in zip(_kept(rest, endpoint), before, strict=True))
        message = f"Of {len(ids)} calls {requests} and {labels} labels are to be seen after {VISIBLE_SECONDS:g} s."
        raise RequestFailed("collection_late", message)
    return ids, began


def look(rest: Connection, monitor: dict[str, Any], *, since: datetime) -> dict[str, Any]:
    """One look at everything since then, carried out to its end."""
    path = f"monitors/{monitor['id']}/looks/"
    body = {"start": since.isoformat(), "end": (datetime.now(UTC) + timedelta(seconds=1)).isoformat()}
    made = rest.post(path, body)["results"][0]
    return until(
        lambda: rest.get(f"{path}{made['number']}/"),
        what=f"look {made['number']}",
        good=("completed",),
        bad=("failed", "skipped", "cancelled"),
        seconds=LOOK_SECONDS,
    )


def said_of(looked: dict[str, Any]) -> str:
    signals = looked["found"]["signals"]
    return "; ".join(f"{one['name']}: {one['state']}, {_short(one['reason'])}" for one in signals)


def alert_that_came(sink: Sink) -> Told:
    def of_drift() -> list[dict[str, Any]]:
        return [one for one in sink.received if one.get("type") == DRIFT_TYPE]

    began = time.monotonic()
    if not waited(ALERT_SECONDS, of_drift):
        raise RequestFailed("alert_missing", f"No alert of drift arrived within {ALERT_SECONDS:g} s.")
    data = of_drift()[0]["data"]
    moved = ", ".join(data.get("features", [])[:4])
    said = f"after {time.monotonic() - began:.1f} s: magnitude {data['magnitude']:.2f}; moved most: {moved}"
    return of_drift()[0], said, "/alerts/events/"


def _kept(rest: Connection, endpoint: dict[str, Any]) -> tuple[int, int]:
    """Requests and labels."""
    found = rest.get(f"{ENDPOINTS}{endpoint['id']}/collected/")
    return int(found["requests"]), int(found["labels"])


def _short(text: str) -> str:
    return text.split(". ")[0].rstrip(".")
