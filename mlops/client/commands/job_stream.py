"""`mlops job stream`: log lines and states as they come, until the job ends."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from typing import Any

from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed
from mlops.client.output import show

FINAL = ("completed", "failed", "cancelled")
NOTHING_YET = ("waiting", "queued")
POLL_SECONDS = 0.4
DATA = "dataset"


def stream_to_end(connection: Connection, arguments: argparse.Namespace, job: dict[str, Any]) -> int:
    """Raises RequestFailed, which is exit status 1, where it does not complete."""
    print(f"Job {job['name']}: {connection.url.rstrip('/')}{job['url']}", flush=True)
    run = follow(connection, job["id"], tell=lambda text: print(text, flush=True))
    if run["state"] != "completed":
        why = f"Job {job['name']} is {run['state']}. {run.get('reason') or ''}".strip()
        raise RequestFailed(f"job_{run['state']}", why, hint=_hint(run))
    print(f"Job {job['name']}: completed. {run.get('reason') or ''}".strip(), flush=True)
    if arguments.output or arguments.query:
        return show(arguments, connection.get(f"jobs/{job['id']}/"))
    return 0


def follow(
    connection: Connection, run_id: str, *, tell: Callable[[str], None], seconds: float = 86_400
) -> dict[str, Any]:
    """The run when it has ended. Each change of a step's state and each new log line is told once."""
    deadline = time.monotonic() + seconds
    seen: dict[str, str] = {}
    after: dict[str, int] = {}
    while True:
        run: dict[str, Any] = connection.get(f"runs/{run_id}/")
        for step in run["steps"]:
            changed = seen.get(step["node"]) != step["state"]
            if step["state"] not in NOTHING_YET and (changed or step["state"] == "running"):
                for line in _new_lines(connection, run_id, step, after):
                    tell(line)
                if changed:
                    tell(_state_line(step))
            seen[step["node"]] = step["state"]
        if run["state"] in FINAL:
            return run
        if time.monotonic() > deadline:
            raise RequestFailed("timeout", f"Run {run['number']} is still {run['state']} after {seconds:.0f} s.")
        time.sleep(POLL_SECONDS)


def _new_lines(connection: Connection, run_id: str, step: dict[str, Any], after: dict[str, int]) -> Iterator[str]:
    node = step["node"]
    while True:
        answer = connection.get(f"runs/{run_id}/steps/{node}/log/", after=after.get(node, 0))
        if not answer["lines"]:
            return
        after[node] = answer["next"]
        for line in answer["lines"]:
            yield f"  {step['title']} | {line['text']}"


def _state_line(step: dict[str, Any]) -> str:
    """Why is told where it is news: not of a step that simply runs or is done."""
    state = str(step["state"])
    took = f" in {step['seconds']:.1f} s" if step.get("seconds") and state == "completed" else ""
    error = step.get("error") or {}
    reason = "" if state in ("running", "completed") else error.get("message") or step.get("reason") or ""
    hint = f" {error['hint']}" if error.get("hint") else ""
    return f"{step['title']}: {state}{took}{f' ({reason}{hint})' if reason else ''}"


def _hint(run: dict[str, Any]) -> str:
    """Of the step that failed."""
    return next((str(step["error"].get("hint") or "") for step in run["steps"] if step.get("error")), "")
