"""The receiver of a subscription: writes down what arrived, in its order. It refuses some calls, as receivers do."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REFUSED_EVERY = 7


class Sink:
    """`file` has a line for each event that was taken: its id, subject and number."""

    def __init__(self, file: Path, *, host: str = "127.0.0.1") -> None:
        self._file = file.open("a")
        self._lock = threading.Lock()
        self._calls = 0
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(200 if sink.take(body) else 503)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_told: object) -> None:
                pass

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self.url = f"http://{host}:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, body: bytes) -> bool:
        with self._lock:
            self._calls += 1
            if self._calls % REFUSED_EVERY == 0:
                return False
            told = json.loads(body)
            line = {"id": told["id"], "subject": told["subject"], "seq": int(told["sequence"])}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            return True

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._file.close()
