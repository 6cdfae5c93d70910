"""A small real HTTP server that tells what it received; run as `python -m tests.router.backend PORT NAME`.

The header `x-fault: NAME:drop`, `NAME:sleep=SECONDS` or `NAME:503` lets the server of that name fail."""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Teller(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    name = ""
    seen: list[dict[str, str]] = []

    def do_GET(self) -> None:
        if self.path == "/seen":
            self._told(self.seen)
            return
        self.seen.append({key.lower(): value for key, value in self.headers.items()})
        at, _, fault = self.headers.get("x-fault", "").partition(":")
        if at == self.name and fault == "drop":
            self.close_connection = True
            return
        if at == self.name and fault.startswith("sleep="):
            time.sleep(float(fault.partition("=")[2]))
        if at == self.name and fault == "503":
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self._told({"code": "queue_full"}, status=503)
            return
        if self.path == "/drop":
            self.close_connection = True
            return
        if self.path.startswith("/sleep"):
            time.sleep(float(self.path.partition("=")[2]))
        if self.path == "/chunked":
            self._chunked()
            return
        if self.path == "/until-close":
            self._until_close()
            return
        size = int(self.headers.get("content-length", 0))
        told = {
            "name": self.name,
            "method": self.command,
            "path": self.path,
            "headers": {key.lower(): value for key, value in self.headers.items()},
            "size": len(self.rfile.read(size)),
        }
        self._told(told, status=int(self.headers.get("x-status", 200)))

    do_POST = do_PUT = do_GET

    def _told(self, value: object, *, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("server-timing", "queue;dur=0.5, score;dur=1.25")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("access-control-allow-origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def _chunked(self) -> None:
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for part in (b"hello ", b"world"):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def _until_close(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"all of it")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    Teller.name = sys.argv[2]
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Teller).serve_forever()
