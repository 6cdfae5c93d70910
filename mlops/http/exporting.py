"""Sends spans to a collector from a thread of its own: late, in batches, and never so that a request would wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from mlops.http.otlp import Address, Refused, address, post, traces
from mlops.http.spans import Span, SpanQueue

EVERY_SECONDS = 2.0
MOST_A_BATCH = 512
LONGEST_WAIT_SECONDS = 60.0


class Exporter:
    """Spans stay in the queue's bounds while the collector is away; what it will never take is dropped and said."""

    def __init__(self, to: Address, *, service: str, more: Mapping[str, str] = {}) -> None:
        self.queue = SpanQueue()
        self._to = to
        self._service = service
        self._more = dict(more)
        self._batch: list[Span] = []
        self._ended = threading.Event()
        self._wait = EVERY_SECONDS
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def end(self, seconds: float = 2.0) -> None:
        """What waits is sent, if that is quick."""
        self._ended.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._ended.wait(self._wait):
            self._send_all()
        self._send_all()

    def _send_all(self) -> None:
        while self._batch or len(self.queue):
            self._batch = self._batch or self.queue.take(MOST_A_BATCH)
            if not self._send():
                return

    def _send(self) -> bool:
        """Whether to go on at once."""
        try:
            post(self._to, "/v1/traces", traces(self._batch, service=self._service, more=self._more))
        except Refused as refused:
            self._say(str(refused))
            if not refused.is_final:
                self._wait = min(self._wait * 2, LONGEST_WAIT_SECONDS)
                return False
        else:
            self._say("")
        self._batch, self._wait = [], EVERY_SECONDS
        return True

    def _say(self, trouble: str) -> None:
        """Once for each trouble."""
        if trouble and trouble != self._trouble:
            logging.getLogger(__name__).warning("Traces are not taken: %s", trouble)
        self._trouble = trouble


def exporter(service: str, more: Mapping[str, str] = {}) -> Exporter | None:
    """None where the settings name no collector."""
    to = address()
    return Exporter(to, service=service, more=more) if to is not None else None
