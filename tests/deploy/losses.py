"""What a person has of the compose form while one container of a service is killed and comes back: pages, a run that
was under way, and scores by the proxy and by each router."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import docker
import httpx

from mlops.client.commands.job_stream import follow
from mlops.client.connection import Connection
from mlops.formats.refusal import Refusal
from mlops.server import demo

SERVICES = ("router", "web", "worker", "proxy", "broker", "database", "storage")
ROUTER_PORT = 8001
BACK_SECONDS = 300.0
JOB = """
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: sleep 8; echo it is done
"""


@dataclass
class Form:
    """The compose form that is up. `key` and `body` ask its one deployment for a score."""

    engine: docker.DockerClient
    project: str
    url: str
    connection: Connection
    key: str
    body: bytes

    def containers(self, service: str) -> list[Any]:
        labels = [f"com.docker.compose.project={self.project}", f"com.docker.compose.service={service}"]
        found = self.engine.containers.list(all=True, filters={"label": labels})
        return sorted(found, key=lambda one: str(one.name))

    def score_urls(self) -> list[str]:
        """Of each router, beside the proxy."""
        path = f"/endpoints/{demo.PROJECT}/{demo.ENDPOINT}/score"
        return [f"http://{_address(one)}:{ROUTER_PORT}{path}" for one in self.containers("router")]

    def score(self, url: str = "") -> int:
        """The status of an answer; 0 for none."""
        url = url or f"{self.url}/endpoints/{demo.PROJECT}/{demo.ENDPOINT}/score"
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            return httpx.post(url, content=self.body, headers=headers, timeout=30).status_code
        except httpx.HTTPError:
            return 0

    def page(self) -> int:
        try:
            return httpx.get(f"{self.url}/sign-in/", timeout=30).status_code
        except httpx.HTTPError:
            return 0


@dataclass
class Scores:
    """Of a caller who asks again and again: how many were answered, and how the others ended."""

    good: int = 0
    bad: list[int] = field(default_factory=list)


def lose_each(form: Form) -> None:
    each_router_scores(form)
    for service in SERVICES:
        lose(form, service)
    each_router_scores(form)


def each_router_scores(form: Form) -> None:
    until(lambda: [form.score(url) for url in form.score_urls()] == [200, 200], "each router scores")
    print("  each router scores", flush=True)


def lose(form: Form, service: str) -> None:
    """With a run under way. Beside the proxy itself, nothing that it passes on may miss more than a moment."""
    lost, before = form.containers(service)[0], _starts(form.containers(service)[0])
    run = submitted(form)
    with scoring(form) as scores:
        began = time.monotonic()
        os.kill(lost.attrs["State"]["Pid"], signal.SIGKILL)  # as a fault does: what `docker kill` ends stays ended
        until(lambda: form.page() == 200, "pages answer")
        pages = time.monotonic() - began
        until(lambda: _is_back(form, lost.name, before), f"{lost.name} is well again")
        well = time.monotonic() - began
        ended = until(lambda: _ended(form, run), f"run {run} ends")
    assert ended["state"] == "completed", ended
    until(lambda: form.score() == 200, "a score")
    print(
        f"  {service}: pages after {pages:.1f} s, well after {well:.1f} s, the run {ended['state']}; meanwhile "
        f"{scores.good} scores, and {len(scores.bad)} not: {scores.bad[:8]}",
        flush=True,
    )
    assert service == "proxy" or len(scores.bad) <= 2, "scoring did not go on"


def submitted(form: Form) -> str:
    """A job that works for a few seconds."""
    made = form.connection.post("jobs/", {"project": demo.PROJECT, "yaml": JOB})
    return str(made["id"])


@contextmanager
def scoring(form: Form) -> Iterator[Scores]:
    scores, over = Scores(), threading.Event()

    def ask() -> None:
        while not over.wait(0.05):
            status = form.score()
            if status == 200:
                scores.good += 1
            else:
                scores.bad.append(status)

    caller = threading.Thread(target=ask)
    caller.start()
    try:
        yield scores
    finally:
        over.set()
        caller.join()


def until(condition: Callable[[], Any], what: str, *, seconds: float = BACK_SECONDS) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)
    return found


def _ended(form: Form, run: str) -> dict[str, Any] | None:
    try:
        found = follow(form.connection, run, tell=lambda _line: None, seconds=BACK_SECONDS)
    except (Refusal, httpx.HTTPError):
        return None
    return found


def _is_back(form: Form, name: str, before: str) -> bool:
    found = form.engine.containers.get(name)
    return _starts(found) != before and found.attrs["State"].get("Health", {}).get("Status") == "healthy"


def _starts(container: Any) -> str:
    return str(container.attrs["State"]["StartedAt"])


def _address(container: Any) -> str:
    networks = container.attrs["NetworkSettings"]["Networks"].values()
    return next(str(one["IPAddress"]) for one in networks if one["IPAddress"])
