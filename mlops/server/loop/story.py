"""The closed loop, told once: a model in service, data that moves away from it, an alarm, a retraining, a comparison, a
rollout by steps; and a worse model that is turned away. Everything goes over the REST API, as any user's would."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from mlops.client.commands.online_endpoint import PATH as ENDPOINTS
from mlops.client.connection import Connection
from mlops.server.loop.serving import HELD_OUT_ROWS, Told, bring_data, deploy, publish, train
from mlops.server.loop.sink import Sink
from mlops.server.loop.tables import autumn, winter
from mlops.server.loop.taking_over import promise, take_over, turn_away
from mlops.server.loop.traffic import Caller, Crowd, waited
from mlops.server.loop.watching import alert_that_came, call, look, said_of, tell, watch

WINTER_CALLS, AUTUMN_CALLS, CROWD = 400, 1_500, 2_000
PER_SECOND, CALLS_AFTER = 25.0, 200


VARIABLES = {"MLOPS_ALLOWED_PRIVATE_HOSTS": "127.0.0.1"}
"""Of the server: the sink that is told is on this machine."""


class Stages(Protocol):
    def run(self, name: str, act: Callable[[], Told]) -> Any: ...


def walk(stages: Stages, rest: Connection) -> str:
    """What the loop achieved, in one line."""
    run = stages.run
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="mlops-loop-")))
        sink = held.enter_context(Sink())
        run("data of winter", lambda: bring_data(rest, folder))
        run("publish the pipeline", lambda: publish(rest))
        number = run("train and register", lambda: train(rest))
        endpoint = run("deploy, and collect", lambda: deploy(rest, number))
        caller = Caller(rest, endpoint, path=ENDPOINTS)
        held.callback(caller.close)
        monitor = run("watch it", lambda: watch(rest))
        run("have somebody told", lambda: tell(rest, sink))
        policy = run("say when to retrain", lambda: promise(rest))
        run("calls of winter", lambda: _winter(rest, endpoint, caller, monitor))
        before, asked_at = run("calls of autumn", lambda: _autumn(rest, endpoint, caller))
        run("drift is found", lambda: _drift(rest, monitor, asked_at))
        run("the alert arrives", lambda: alert_that_came(sink))
        with Crowd(caller, autumn(CROWD, skip=HELD_OUT_ROWS + AUTUMN_CALLS), per_second=PER_SECOND) as crowd:
            run("retrain, compare, take over", lambda: take_over(rest, policy, endpoint))
            seen = len(crowd.ids)
            waited(60, lambda: len(crowd.ids) >= seen + CALLS_AFTER)
        after = caller.mean_error(crowd.ids[seen:])
        run("the effect", lambda: _effect(before, after, len(crowd.ids), endpoint))
        run("a worse one is turned away", lambda: turn_away(rest, policy))
    return f"mean error {before:.1f} → {after:.1f} minutes"


def _winter(rest: Connection, endpoint: dict[str, Any], caller: Caller, monitor: dict[str, Any]) -> Told:
    ids, since = call(rest, endpoint, caller, winter(WINTER_CALLS))
    looked = look(rest, monitor, since=since)
    said = f"{len(ids)} calls, off by {caller.mean_error(ids):.1f} minutes; {said_of(looked)}"
    return looked, said, f"/monitoring/{monitor['id']}/?look={looked['number']}"


def _autumn(rest: Connection, endpoint: dict[str, Any], caller: Caller) -> Told:
    ids, since = call(rest, endpoint, caller, autumn(AUTUMN_CALLS, skip=HELD_OUT_ROWS))
    error = caller.mean_error(ids)
    return (error, since), f"{len(ids)} calls, off by {error:.1f} minutes", f"/endpoints/{endpoint['id']}/"


def _drift(rest: Connection, monitor: dict[str, Any], since: Any) -> Told:
    looked = look(rest, monitor, since=since)
    return looked, said_of(looked), f"/monitoring/{monitor['id']}/?look={looked['number']}"


def _effect(before: float, after: float, calls: int, endpoint: dict[str, Any]) -> Told:
    said = f"off by {after:.1f} minutes instead of {before:.1f}; {calls} calls went on meanwhile, none failed"
    return after, said, f"/endpoints/{endpoint['id']}/"
