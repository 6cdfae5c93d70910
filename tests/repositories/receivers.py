"""Receivers that answer as the APIs of GitHub, GitLab and Gitea do, as far as they are called."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

TOKEN = "s3cret"
COMMIT = r"(?P<commit>[0-9a-f]{40})"
ROUTES = {
    "github": (rf"/api/v3/repos/(?P<slug>[^/]+/[^/]+)/statuses/{COMMIT}", ("pending", "success", "failure", "error")),
    "gitlab": (rf"/api/v4/projects/(?P<slug>[^/]+)/statuses/{COMMIT}", ("pending", "running", "success", "failed")),
    "gitea": (rf"/api/v1/repos/(?P<slug>[^/]+/[^/]+)/statuses/{COMMIT}", ("pending", "success", "failure", "error")),
}
LOGINS = {"github": ("authorization", f"Bearer {TOKEN}"), "gitlab": ("private-token", TOKEN)}
LOGINS["gitea"] = ("authorization", f"token {TOKEN}")
STARTS = r"/api/v[134]/(repos/team/churn/dispatches|projects/team%2Fchurn/pipeline)"


class Receiver:
    """`taken`: bodies with the slug and the commit; `answers`: statuses for the next calls, before it works again."""

    def __init__(self, kind: str) -> None:
        self.kind, self.url = kind, ""
        self.taken: list[dict[str, Any]] = []
        self.answers: list[int] = []

    def answer(self, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.answers:
            return self.answers.pop(0), {"message": "not now"}
        name, right = LOGINS[self.kind]
        if headers.get(name) != right:
            return 401, {"message": "Bad credentials"}
        if re.fullmatch(STARTS, path):
            self.taken.append(body)
            return (201 if self.kind == "gitlab" else 204), {}
        route, states = ROUTES[self.kind]
        found = re.fullmatch(route, path)
        if found is None:
            return 404, {"message": "Not Found"}
        if body.get("state") not in states:
            return 422, {"message": "Validation Failed"}
        if self.kind == "gitlab" and self.taken and self.taken[-1]["state"] == body["state"]:
            return 400, {"message": {"state": ["Cannot transition status"]}}
        self.taken.append({**body, "slug": unquote(found["slug"]), "commit": found["commit"]})
        return 201, {}


@contextmanager
def receiving(kind: str) -> Iterator[Receiver]:
    receiver = Receiver(kind)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, told = receiver.answer(self.path, self.headers, body)
            content = b"" if status == 204 else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    version = {"github": "v3", "gitlab": "v4", "gitea": "v1"}[kind]
    receiver.url = f"http://127.0.0.1:{server.server_port}/api/{version}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
