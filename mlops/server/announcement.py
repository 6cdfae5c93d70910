"""Whether pages, API, worker and router all answer, and what is said when they do."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from mlops.supervisor.logs import last_error
from mlops.supervisor.probe import get

ANSWER_SECONDS = 10.0
PATHS = {"pages": "/sign-in/", "API": "/api/v1/me/"}
"""What is asked for without being signed in: a refusal is an answer too."""


class Announcement:
    """`reasons` holds what was missing at the last look, by part."""

    def __init__(self, *, host: str, port: int, router_port: int, greeting: Path, worker: bool, logs: Path) -> None:
        self._host, self._port, self._router_port = host, port, router_port
        self._greeting, self._worker, self._logs = greeting, worker, logs
        self._started = time.monotonic()
        self._answered: set[str] = set()
        self.reasons: dict[str, str] = {}

    def all_answer(self) -> bool:
        """The web process itself looks at database, worker and router; the pages and the API are tried out."""
        self.reasons = self._missing_parts() or self._failing_paths()
        return not self.reasons

    def router_answers(self) -> bool:
        return self._status(self._router_port, "/readyz") == 200

    def make(self, *, url: str) -> None:
        """Prints the generated password, once in a data directory's life, and the ready line."""
        greeting = self._read_greeting()
        seconds = time.monotonic() - self._started
        print(f"All parts answer after {seconds:.1f} s; logs are in {self._logs}.", file=sys.stderr)
        print("Ctrl-C stops everything.", file=sys.stderr)
        if greeting.get("password"):
            print(f"Administrator: {greeting['user']}, password: {greeting['password']} (shown this once)", flush=True)
        print(f"ready: {url}{greeting.get('link', '/')}", flush=True)

    def complain(self, waiting: dict[str, str]) -> None:
        """Says what is missing, with the last words of its log."""
        for part, reason in {**waiting, **self.reasons}.items():
            words = last_error(self._logs / f"{part}.log")
            print(f"still waiting for {part}: {reason}{f' Its log: {words}' if words else ''}", file=sys.stderr)

    def _missing_parts(self) -> dict[str, str]:
        health = get(self._port, "/readyz", host=self._host, timeout_seconds=ANSWER_SECONDS)
        if health is None:
            return {"web": "it does not answer."}
        try:
            parts = json.loads(health.body)["parts"].items()
            missing = {str(name): str(part["reason"]) for name, part in parts if not part["ok"]}
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"web": f"/readyz answers {health.status}."}
        if not self._worker:
            missing.pop("worker", None)
        return missing

    def _failing_paths(self) -> dict[str, str]:
        for part in [part for part in PATHS if part not in self._answered]:
            status = self._status(self._port, PATHS[part])
            if not 0 < status < 500:
                return {part: f"it answers {status or 'nothing'}."}
            self._answered.add(part)
        return {}

    def _status(self, port: int, path: str) -> int:
        reply = get(port, path, host=self._host, timeout_seconds=ANSWER_SECONDS)
        return reply.status if reply else 0

    def _read_greeting(self) -> dict[str, str]:
        try:
            greeting: dict[str, str] = json.loads(self._greeting.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        self._greeting.unlink(missing_ok=True)
        return greeting
