"""Each program of the Consume page, run for real against a server that tells what it was asked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mlops.deployments.snippets import LANGUAGES, Call, programs

BODY = {"data": [{"it's": 'say "hi"', "path\\to": "a\nb `x` $HOME #(tab) ${y} %d {z}", "größe": 1.5, "n": None}]}
RUN = {
    "curl": ["sh", "score.sh"],
    "python": [sys.executable, "score.py"],
    "javascript": ["node", "score.mjs"],
    "java": ["java", "Score.java"],
    "r": ["Rscript", "score.R"],
    "go": ["go", "run", "score.go"],
    "csharp": ["sh", "-c", "mcs -r:System.Net.Http Score.cs && mono Score.exe"],
}


class Asked(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, Any]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers["Authorization"], json.loads(body)))
        status = 200 if "good" in self.headers["Authorization"] else 401
        answer = {"predictions": [{"Scored Labels": 9397.29}]} if status == 200 else {"detail": "The key is wrong."}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}/endpoints/churn/prices/score"
    listening.shutdown()


def run(name: str, folder: Path, uri: str, *, key: str) -> subprocess.CompletedProcess[str]:
    language = next(one for one in LANGUAGES if one.name == name)
    (folder / language.file).write_text(language.program(Call(uri=uri, body=BODY)), encoding="utf-8")
    environ = {**os.environ, "ENDPOINT_KEY": key, "GOCACHE": str(folder / "go"), "LC_ALL": "C.UTF-8"}
    return subprocess.run(RUN[name], cwd=folder, env=environ, capture_output=True, text=True, timeout=180, check=False)


@pytest.mark.parametrize("name", RUN)
def test_a_program_sends_the_row_unharmed_and_prints_the_prediction(name, server, tmp_path):
    Asked.seen.clear()
    done = run(name, tmp_path, server, key="good")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9397.29" in done.stdout
    assert Asked.seen == [("/endpoints/churn/prices/score", "Bearer good", BODY)]


@pytest.mark.parametrize("name", RUN)
def test_a_program_that_is_refused_fails_and_says_why(name, server, tmp_path):
    done = run(name, tmp_path, server, key="bad")
    assert done.returncode != 0
    assert "The key is wrong." in done.stdout + done.stderr


def test_the_power_query_function_names_address_and_columns():
    text = programs(Call(uri="https://studio.example/endpoints/churn/prices/score", body=BODY))["power_query"]
    assert 'Web.Contents("https://studio.example"' in text
    assert 'RelativePath = "endpoints/churn/prices/score"' in text
    assert '"it\'s", "path\\to", "größe", "n"' in text
    without_texts = re.sub(r'"(?:[^"]|"")*"', '""', text)
    for opening, closing in ("()", "[]", "{}"):
        assert without_texts.count(opening) == without_texts.count(closing)


def test_no_program_holds_a_key():
    for text in programs(Call(uri="http://x/score", body=BODY)).values():
        assert "ENDPOINT_KEY" in text or "key as text" in text
