"""Somebody who looks at pages and lists while all is hurt, and writes down each answer by which the server failed.

A server that cannot reach its database says 503 and when to come again; 500 is a fault of the product."""

from __future__ import annotations

import itertools
import threading
from collections import Counter

import httpx

from tests.faults.studio import Studio

PLACES = (
    "/api/v1/runs/", "/api/v1/events/", "/api/v1/experiments/", "/api/v1/datasets/", "/api/v1/drafts/",
    "/api/v1/schedules/", "/api/v1/subscriptions/", "/api/v1/models/", "/api/v1/system/", "/api/v1/workers/",
    "/", "/runs/", "/api/2.0/mlflow/experiments/search?max_results=10", "/metrics", "/healthz",
)  # fmt: skip
PAUSE_SECONDS = 0.5


class Visitor:
    """`answers`: how often which status came, 0 where none did. `faults`: what was answered that must not be."""

    def __init__(self, studio: Studio) -> None:
        self.answers: Counter[int] = Counter()
        self.faults: list[str] = []
        self._studio = studio
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._visit_all, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join(40)

    def _visit_all(self) -> None:
        for place in itertools.cycle(PLACES):
            if self._ended.wait(PAUSE_SECONDS):
                return
            try:
                with self._studio.api() as api:
                    self._note(place, api.get(f"{self._studio.url}{place}"))
            except (httpx.HTTPError, OSError, ValueError):  # it is being started, also its file of credentials
                self.answers[0] += 1

    def _note(self, place: str, answer: httpx.Response) -> None:
        self.answers[answer.status_code] += 1
        if answer.status_code < 500 or (answer.status_code == 503 and "Retry-After" in answer.headers):
            return
        self.faults.append(f"{place} was answered with {answer.status_code}: {answer.text[:300]}")
