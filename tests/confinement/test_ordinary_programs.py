"""What people's programs do every day works behind the walls."""

from __future__ import annotations

import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


@pytest.mark.parametrize(
    "text",
    [
        "import multiprocessing as m, math; print(m.get_context('fork').Pool(2).map(math.sqrt, [1, 4]))",
        "import multiprocessing as m; q = m.Queue(); q.put(1); l = m.Lock(); l.acquire(); assert q.get() == 1",
        "import multiprocessing as m; d = m.Manager().dict(); d['a'] = 1; assert d['a'] == 1",
        "from multiprocessing.shared_memory import SharedMemory as S; s = S(create=True, size=9); s.unlink()",
        "import sqlite3; sqlite3.connect('own.db').execute('create table a (b)')",
        "import tempfile; f = tempfile.NamedTemporaryFile(); f.write(b'a')",
        "import subprocess; assert subprocess.check_output('echo a | tr a b', shell=True) == b'b\\n'",
        "import os, pwd; assert pwd.getpwuid(os.getuid()).pw_name and os.cpu_count()",
        "import socket; assert socket.getaddrinfo('localhost', 80)",
        "import ssl; assert ssl.create_default_context()",
        "import mlops.client",
        "import os; os.environ['MPLBACKEND'] = 'agg'; import zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')",
    ],
)
def test_python(confined, text):
    status, said = confined(text)
    assert status == 0, said


def test_parallel_training_with_files_in_memory(confined):
    text = """
import numpy as np, joblib
from sklearn.ensemble import RandomForestClassifier
if __name__ == "__main__":
    x = np.random.rand(300, 4); y = x[:, 0] > 0.5
    print(joblib.Parallel(n_jobs=2)(joblib.delayed(sum)(x[i:i+2].ravel()) for i in range(3)))
    model = RandomForestClassifier(5, n_jobs=2).fit(x, y)
    joblib.dump(model, "model.joblib")
    print("score", model.score(x, y))
"""
    status, said = confined(text)
    assert (status, "score" in said) == (0, True), said


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git(confined):
    mine = "git -c user.name=a -c user.email=a@b"
    script = f"git init -q . && echo a > a && git add a && {mine} commit -qm a && git log --oneline"
    status, said = confined("sh", "-c", script)
    assert (status, said.endswith(" a\n")) == (0, True), said


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r(confined):
    status, said = confined("Rscript", "-e", "write.csv(data.frame(a=1:3), 'a.csv'); cat(sum(read.csv('a.csv')$a))")
    assert (status, said) == (0, "6"), said


def test_a_server_on_the_loopback_is_reached(confined):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_given: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.handle_request, daemon=True).start()
    text = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{server.server_port}').read())"
    assert "hello" in confined(text)[1]
    server.server_close()
