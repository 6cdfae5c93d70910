"""Links that go into mails: to the address that MLOPS_URL says, never to what a request called this server."""

from __future__ import annotations

from mlops import env


def link_to(path: str) -> str:
    return (env.read("MLOPS_URL") or "http://127.0.0.1:8000").rstrip("/") + path
