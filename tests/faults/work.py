"""What a hurt studio is asked to do: runs whose steps leave traces outside, a schedule and a subscription.

Who asks takes no answer for "perhaps", as any client must: what was acknowledged has to be there."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.faults.sink import Sink
from tests.faults.studio import Studio

PROJECT = "faults"
ENDED = ("completed", "failed", "cancelled")
TICKS = 4
"""Of each step: as many metrics and lines."""
LONG_EVERY, LONG_SECONDS = 12, 7.0
"""One step of so many takes so long for a tick, and goes on while its worker loses it."""
LIGHT, LIGHT_STEPS = "light", 12
FULL_EVERY = 4
"""Of many runs one of so many has all the steps, the others a short one and a few light ones."""
SMALL_SECONDS, SMALL_LIGHT_STEPS = 0.05, 3
AT_ONCE, SUBMITTERS = 24, 4
"""So many go at a time: of those that wait for long nothing is learned."""
FULL = (("one", "data"), ("two", "one"), ("three", "two"), ("beside", "data"))
SCRIPT = """import json, os, time
# step {number}
def azureml_main(dataframe1=None, dataframe2=None):
    from azureml.core import Run
    name = [part for part in os.getcwd().split(os.sep) if part][-2]
    if name == "work":  # it may run one folder deeper
        name = [part for part in os.getcwd().split(os.sep) if part][-3]
    file = os.open({file!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for tick in range({ticks}):
        line = {{"attempt": name, "tick": tick, "pid": os.getpid(), "at": time.monotonic()}}
        os.write(file, (json.dumps(line) + "\\n").encode())
        Run.get_context().log("tick", tick)
        time.sleep({seconds})
    os.close(file)
    return dataframe1
"""


class Work:
    """`acknowledged`: keys of what the server said it had made."""

    def __init__(
        self,
        studio: Studio,
        sink: Sink,
        *,
        seconds: float = 0.3,
        has_long_steps: bool = False,
        are_most_small: bool = False,
    ) -> None:
        self.studio = studio
        self.acknowledged: dict[str, list[str]] = {"runs": []}
        self.refused = 0
        self._seconds = seconds
        self._has_long_steps = has_long_steps
        self._are_most_small = are_most_small
        self._numbers, self._run_numbers = itertools.count(), itertools.count()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        with studio.api() as api:
            _said(api.post("projects/", json={"name": PROJECT, "slug": PROJECT}))
            hook = {"project": PROJECT, "name": "hook", "url": sink.url, "types": []}
            _said(api.post("subscriptions/", json=hook))
            drawn = self._drawn(api)
            published = _said(api.post(f"drafts/{drawn}/publish/", json={"endpoint": "scheduled"}))
            trigger = {"type": "cron", "expression": "* * * * *"}
            timetable = {"endpoint": published["endpoint"], "name": "each minute", "trigger": trigger}
            _said(api.post("schedules/", json={**timetable, "overlap": "allow", "catch_up": "all"}))

    def submit(self, api: httpx.Client, *, is_small: bool = False) -> str:
        """A run of three steps, one after the other, with a fourth beside them, and light ones that go together."""
        drawn = self._drawn(api, is_small=is_small)
        run = _said(api.post(f"drafts/{drawn}/submit/", json={"experiment": "faults"}))["id"]
        self.acknowledged["runs"].append(run)
        return str(run)

    def submit_patiently(self, api: httpx.Client, *, seconds: float = 300.0) -> str:
        """As a client does that is told to try again."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.submit(api)
            except (httpx.HTTPError, OSError, Unwilling):
                self.refused += 1
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def begin(self, *, runs: int, apart_seconds: float) -> None:
        """Submits them from threads, whatever becomes of the server meanwhile."""
        for _number in range(SUBMITTERS):
            one = threading.Thread(target=self._submit_all, args=(runs, SUBMITTERS * apart_seconds), daemon=True)
            self._threads.append(one)
            one.start()

    def is_going(self) -> bool:
        return any(one.is_alive() for one in self._threads)

    def end(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(60)

    def _submit_all(self, runs: int, apart_seconds: float) -> None:
        own: list[str] = []
        while len(self.acknowledged["runs"]) < runs and not self._ended.wait(apart_seconds):
            try:
                with self.studio.api() as api:
                    own = [run for run in own if not self._has_ended(api, run)]
                    if len(own) < AT_ONCE / SUBMITTERS:
                        is_small = self._are_most_small and next(self._run_numbers) % FULL_EVERY > 0
                        own.append(self.submit(api, is_small=is_small))
            except (httpx.HTTPError, OSError, ValueError, Unwilling):
                self.refused += 1

    def _has_ended(self, api: httpx.Client, run: str) -> bool:
        return _said(api.get(f"runs/{run}/"))["state"] in ENDED

    def _drawn(self, api: httpx.Client, *, is_small: bool = False) -> str:
        draft = _said(api.post("drafts/", json={"project": PROJECT}))
        saved = _said(
            api.put(f"drafts/{draft['id']}/document/", json={"base_revision": 1, "document": self._document(is_small)})
        )
        assert saved["problems"] == [], saved["problems"]
        return str(draft["id"])

    def _document(self, is_small: bool) -> dict[str, Any]:
        """Each script is new, so that no earlier result is taken."""
        nodes: dict[str, Any] = {
            "data": {"component": "enter_data_manually", "version": "1", "parameters": {"data": "a,b\n1,2\n3,4\n"}}
        }
        edges = []
        for name, source in FULL[:1] if is_small else FULL:
            number = next(self._numbers)
            is_long = self._has_long_steps and number % LONG_EVERY == LONG_EVERY - 1
            seconds = LONG_SECONDS if is_long else SMALL_SECONDS if is_small else self._seconds
            script = SCRIPT.format(
                number=number, file=str(self.studio.folder / "effects.log"), ticks=TICKS,
                seconds=seconds,
            )  # fmt: skip
            nodes[name] = {
                "component": "execute_python_script",
                "version": "1",
                "parameters": {"python_script": script},
            }
            port = "dataset" if source == "data" else "result_dataset"
            edges.append({"source": source, "source_port": port, "target": name, "target_port": "dataset1"})
        for number in range(SMALL_LIGHT_STEPS if is_small else LIGHT_STEPS):
            nodes[f"{LIGHT}{number}"] = {
                "component": "select_columns_in_dataset", "version": "1", "regenerate": True,
                "parameters": {"select_columns": {"mode": "rules", "begin_with": "all"}},
            }  # fmt: skip
            edges.append(
                {"source": "data", "source_port": "dataset", "target": f"{LIGHT}{number}", "target_port": "dataset"}
            )
        return {"nodes": nodes, "edges": edges}


class Unwilling(Exception):
    """The server answered that it could not."""


def _said(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise Unwilling(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}")
    return answer.json()


def until(is_so: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.3)
    return False
