"""Callers of an endpoint that go on while something happens to it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from mlops.deployments import actions, queries
from mlops.deployments.models import Endpoint


@contextmanager
def callers(endpoint: Endpoint, *, body: bytes, count: int = 4) -> Iterator[Counter[Any]]:
    """Counts the answers by status, and by what went wrong where none came."""
    uri = queries.scoring_uri(endpoint)
    headers = {"api-key": actions.credentials(endpoint.created_by, endpoint).primary}
    seen: Counter[Any] = Counter()
    ended = threading.Event()

    def call() -> None:
        with httpx.Client(headers=headers, timeout=30) as client:
            while not ended.wait(0.005):
                try:
                    seen[client.post(uri, content=body).status_code] += 1
                except httpx.HTTPError as error:
                    seen[repr(error)] += 1

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def answer(endpoint: Endpoint, body: bytes) -> httpx.Response:
    keys = actions.credentials(endpoint.created_by, endpoint)
    return httpx.post(queries.scoring_uri(endpoint), content=body, headers={"api-key": keys.primary}, timeout=30)
