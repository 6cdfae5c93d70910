"""Callers of an endpoint: each request is one flight under an id of its own, so that its delay can be told later."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable
from typing import Any

from mlops.client.commands import endpoint_callers
from mlops.client.connection import Connection
from mlops.client.errors import RequestFailed
from mlops.server.loop.tables import Flight

TIMEOUT_SECONDS = 30.0


class Caller:
    """Asks one endpoint through the router and keeps what was answered, by request id."""

    def __init__(self, connection: Connection, endpoint: dict[str, Any], *, path: str) -> None:
        import httpx

        secret = endpoint_callers.credentials(connection, endpoint, path)
        key = secret.get("accessToken") or secret["primaryKey"]
        self._http = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_SECONDS)
        self._url = endpoint["scoring_uri"]
        self._lock = threading.Lock()
        self.asked: dict[str, tuple[Flight, float, str]] = {}
        """Request id to the flight, the predicted delay and the deployment that said it."""

    def ask(self, flights: Iterable[Flight]) -> list[str]:
        """The ids of the requests. Raises RequestFailed at the first that is not answered."""
        ids = []
        for flight in flights:
            name = uuid.uuid4().hex
            answer = self._http.post(self._url, json={"data": [flight.known]}, headers={"x-request-id": name})
            if answer.is_error:
                raise RequestFailed(
                    "request_failed", f"The endpoint answered {answer.status_code}: {answer.text[:300]}"
                )
            told = answer.json()
            predicted = float(next(iter(told["predictions"][0].values())))
            with self._lock:
                self.asked[name] = (flight, predicted, told["deployment"])
            ids.append(name)
        return ids

    def labels(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        """What became of the flights, as rows for the endpoint's labels."""
        return [{"request_id": name, "arr_delay": self.asked[name][0].delay} for name in ids]

    def mean_error(self, ids: Iterable[str]) -> float:
        """Mean absolute error in minutes."""
        off = [abs(self.asked[name][1] - self.asked[name][0].delay) for name in ids]
        return sum(off) / len(off)

    def close(self) -> None:
        self._http.close()


class Crowd:
    """Calls in the background until it is left, at a steady rate. A failed request is kept and raised at the end."""

    def __init__(self, caller: Caller, flights: list[Flight], *, per_second: float) -> None:
        self._caller, self._flights, self._pause = caller, flights, 1 / per_second
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._call, daemon=True)
        self._failed: Exception | None = None
        self.ids: list[str] = []

    def __enter__(self) -> Crowd:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end.set()
        self._thread.join(TIMEOUT_SECONDS)
        if self._failed is not None and _exception[0] is None:
            raise self._failed

    def _call(self) -> None:
        place = 0
        while not self._end.wait(self._pause):
            try:
                self.ids += self._caller.ask([self._flights[place % len(self._flights)]])
            except Exception as error:
                self._failed = error
                return
            place += 1


def waited(seconds: float, true: Any) -> bool:
    """Whether `true()` came to hold within the time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True
