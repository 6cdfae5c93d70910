"""The end of the loop: what is promised beforehand happens: a better model takes over, a worse one is turned away."""

from __future__ import annotations

from typing import Any

from mlops.client.commands.online_endpoint import PATH as ENDPOINTS
from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed
from mlops.client.waiting import until
from mlops.server.loop.serving import HELD_OUT, NAME, PROJECT, Told
from mlops.server.loop.tables import LABEL
from mlops.server.loop.traffic import waited

COLLECTED = "Flights as collected"
POLICIES = "retraining-policies/"
RETRAIN_SECONDS, TRIGGER_SECONDS = 420.0, 60.0
SETTINGS: dict[str, Any] = {
    "model": NAME,
    "endpoint": NAME,
    "when": {"monitors": [{"monitor": NAME, "kinds": ["drift"]}]},
    "what": {
        "pipeline": NAME,
        "parameters": {"data": "${{window}}"},
        "window": {"dataset": COLLECTED, "seconds": 3600.0, "with_labels": True},
    },
    "compare": {
        "held_out": {"kind": "dataset", "dataset": HELD_OUT, "label": LABEL},
        "criteria": [
            {"metric": "mean_absolute_error", "must_be": "better"},
            {"metric": "root_mean_squared_error", "must_be": "not_worse", "margin": 1.0},
        ],
        "slices": [{"column": "origin", "metric": "mean_absolute_error", "tolerance": 1.0}],
        "limits": {"most_milliseconds": 200.0},
    },
    "then": {
        "do": "rollout",
        "plan": {
            "steps": [
                {"percent": 20, "least_seconds": 3, "least_requests": 20},
                {"percent": 60, "least_seconds": 3, "least_requests": 20},
                {"percent": 100, "least_seconds": 2, "least_requests": 10},
            ]
        },
    },
}


def promise(rest: Connection) -> Told:
    policy = rest.post(POLICIES, {"project": PROJECT, "name": NAME, "settings": SETTINGS})
    said = "on drift: learn from what was collected; replace only what is shown to be worse on the same rows"
    return policy, said, f"/retraining/{policy['id']}/"


def take_over(rest: Connection, policy: dict[str, Any], endpoint: dict[str, Any]) -> Told:
    """The attempt that the drift started, followed to its end."""
    path = f"{POLICIES}{policy['id']}/attempts/"
    if not waited(TRIGGER_SECONDS, lambda: rest.get(path)["results"]):
        raise RequestFailed("retraining_missing", f"The drift started no retraining within {TRIGGER_SECONDS:g} s.")
    number = rest.get(path)["results"][-1]["number"]
    done = _followed(rest, f"{path}{number}/", good=("promoted",))
    traffic = rest.get(f"{ENDPOINTS}{endpoint['id']}/")["traffic"]
    shares = ", ".join(f"{name} {share:g} %" for name, share in traffic.items())
    return done, f"{done['reason']} Traffic: {shares}", f"/retraining/{policy['id']}/attempts/{number}/"


def turn_away(rest: Connection, policy: dict[str, Any]) -> Told:
    """The same by hand, with a single tree."""
    settings = {**SETTINGS, "what": {**SETTINGS["what"], "parameters": {"data": "${{window}}", "trees": 1}}}
    path = f"{POLICIES}{policy['id']}/"
    rest.request("PATCH", path, body={"settings": settings, "reason": "a careless change"})
    made = rest.post(f"{path}attempts/", {"reason": "by hand, after a careless change"})
    done = _followed(rest, f"{path}attempts/{made['number']}/", good=("rejected",))
    return done, done["reason"], f"/retraining/{policy['id']}/attempts/{made['number']}/"


def _followed(rest: Connection, path: str, *, good: tuple[str, ...]) -> dict[str, Any]:
    told: list[str] = []

    def look() -> dict[str, Any]:
        attempt: dict[str, Any] = rest.get(path)
        if attempt["stage"] not in told:
            told.append(attempt["stage"])
            print(f"    {attempt['stage']}: {attempt['reason']}", flush=True)
        return attempt | {"state": attempt["stage"]}

    bad = tuple(one for one in ("promoted", "rejected", "failed", "cancelled", "skipped") if one not in good)
    return until(look, what="retraining", good=good, bad=bad, seconds=RETRAIN_SECONDS)
