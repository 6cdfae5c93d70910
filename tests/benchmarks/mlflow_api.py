"""`python -m tests.benchmarks.mlflow_api --mlflow PYTHON [--postgres] [--only searches]`: here beside `mlflow server`.

`PYTHON` is the interpreter of an environment with the whole of mlflow. Both servers are one process with a new SQLite
database on the same disk, or a PostgreSQL server each (whose processor time is not counted: `PYTHON` then needs
psycopg2), and each answers the same requests while the other idles: batches of 1,000 metrics, single metrics one after
the other and from eight callers, and searches over N runs with a filter. They take turns, a few requests each, so that
what else the machine does hits both; what is told is the median of all. Absolute numbers change with the machine; the
ratios are what to compare, and on a busy one the processor time of the server beside the clock. Exit status 1 where a
promise is broken. Some minutes, most of them to fill mlflow's."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil

from mlops.server.ports import free
from tests.services import postgres

BATCHES, SINGLE = "metrics a second, batches of 1,000", "single metrics a second, one caller"
OF_EIGHT, SEARCHES = "single metrics a second, 8 callers", "searches a second"
PROMISED = {BATCHES: 5.0, SINGLE: 3.0, OF_EIGHT: 3.0, SEARCHES: 5.0}
SHORTLY = {"batches": BATCHES, "single": SINGLE, "eight": OF_EIGHT, "searches": SEARCHES}
TURNS = 20
QUERY = {
    "experiment_ids": ["0"],
    "filter": "metrics.rmse < 0.1 AND params.lr = '0.1'",
    "max_results": 50,
    "order_by": ["metrics.rmse DESC"],
}
SECONDS_KEPT = 2.0
"""A connection is not used again once the server may have closed it."""
READY_SECONDS = 300.0
MADE_BY_CALLS = 200
MADE = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
django.setup()
from django.contrib.auth.models import User
from mlops.server import schema
schema.migrate()
from mlops.accounts.actions import create_token
from mlops.accounts.membership import create_project
olga = User.objects.create_user("olga")
create_project(olga, name="Churn", slug="churn")
print(create_token(olga, name="bench"))
"""


@dataclass(frozen=True)
class Rows:
    """Where a server keeps its runs: a file or the address of a database, the table, its key and the time of a run's
    beginning, and the tables that refer to it."""

    place: str
    runs: str
    key: str
    began: str
    others: dict[str, str]
    anew: str = ""
    """Another column of which no two rows are alike."""


class Server:
    """Called by the leanest of clients, which costs the machine far less than the servers do."""

    def __init__(self, port: int, headers: dict[str, str], process: subprocess.Popen[bytes], rows: Rows) -> None:
        self.process = process
        self.rows = rows
        self._port = port
        self._headers = headers | {"Content-Type": "application/json"}
        self._own = threading.local()

    def call(self, path: str, body: dict[str, Any]) -> Any:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None or time.monotonic() - self._own.used_at > SECONDS_KEPT:
            connection = self._own.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        connection.request("POST", f"/api/2.0/mlflow/{path}", json.dumps(body), self._headers)
        answer = connection.getresponse()
        told = answer.read()
        self._own.used_at = time.monotonic()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {told[:300]!r}")
        return json.loads(told)

    def make_run(self) -> str:
        return str(self.call("runs/create", {"experiment_id": "0", "start_time": _now()})["run"]["info"]["run_id"])

    def idle_mib(self) -> float:
        return float(sum(one.memory_info().rss for one in self._family())) / 2**20

    def busy_seconds(self) -> float:
        """Processor time so far, of its children too."""
        return float(sum(one.cpu_times().user + one.cpu_times().system for one in self._family()))

    def _family(self) -> list[psutil.Process]:
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlflow", required=True, help="the Python of an environment with mlflow")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--only", choices=SHORTLY, action="append", help="of the four; all where it is not given")
    asked = parser.parse_args()
    wanted = [SHORTLY[one] for one in asked.only or SHORTLY]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended from outside."))  # the servers end with it
    with tempfile.TemporaryDirectory(prefix="mlops-mlflow-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        database = postgres if asked.postgres else lambda _folder: nullcontext("")
        for each in ("ours", "theirs"):
            (folder / each).mkdir()
        with (
            database(folder / "ours") as our_url,
            database(folder / "theirs") as their_url,
            _theirs(asked.mlflow, folder / "theirs", their_url) as theirs,
            _ours(folder / "ours", our_url) as ours,
        ):
            idle = {"here": ours.idle_mib(), "mlflow": theirs.idle_mib()}
            both = (_measured(server, asked.runs, wanted) for server in (ours, theirs))
            for here, there in zip(*both, strict=True):
                found = {"here": here, "mlflow": there}
    title = f"{'PostgreSQL' if asked.postgres else 'SQLite'}, load {os.getloadavg()[0]:.1f}"
    print(f"{title:40}{'here':>10}{'mlflow':>10}{'ratio':>8}")
    kept = True
    for name in wanted:
        least = PROMISED[name]
        ours_each, theirs_each = found["here"][name], found["mlflow"][name]
        ratio = ours_each / theirs_each
        kept &= ratio >= least
        print(f"{name:40}{ours_each:10.0f}{theirs_each:10.0f}{ratio:8.1f}   (at least {least:.0f})")
        busy = [found[who][f"busy: {name}"] * 1_000 for who in ("here", "mlflow")]
        print(f"{'  processor time of a request, ms':40}{busy[0]:10.2f}{busy[1]:10.2f}{busy[1] / busy[0]:8.1f}")
    share = idle["here"] / idle["mlflow"]
    print(f"{'idle memory, MiB':40}{idle['here']:10.0f}{idle['mlflow']:10.0f}{share:8.2f}   (at most 0.25)")
    return 0 if kept and share <= 0.25 else 1


def _measured(server: Server, runs: int, wanted: list[str]) -> Iterator[dict[str, float]]:
    """What is found so far, each time that it is the other one's turn."""
    found: dict[str, float] = {}
    run, numbers = server.make_run(), count()
    logs, searches = _logs(server), lambda _one: server.call("runs/search", QUERY)

    def batch() -> dict[str, Any]:
        start = 1_000 * next(numbers)
        points = [{"key": "loss", "value": 0.5, "timestamp": _now(), "step": start + step} for step in range(1_000)]
        return {"run_id": run, "metrics": points}

    def point() -> dict[str, Any]:
        return {"run_id": run, "key": "a", "value": 1.0, "timestamp": _now(), "step": next(numbers)}

    with ThreadPoolExecutor(8) as callers:
        turns: list[tuple[str, Callable[[], list[float]], float]] = [
            (BATCHES, lambda: _each(lambda one: server.call("runs/log-batch", one), [batch()]), 1_000),
            (SINGLE, lambda: _each(logs, [point() for _one in range(20)]), 1),
            (OF_EIGHT, lambda: _together(callers, logs, [point() for _one in range(40)]), 1),
            (SEARCHES, lambda: _each(searches, [None] * 5), 1),
        ]
        for name, turn, things in turns:
            if name not in wanted:
                continue
            if name == SEARCHES:
                list(callers.map(lambda number: _fill(server, number), range(MADE_BY_CALLS)))
                _copy(server.rows, runs - MADE_BY_CALLS)
            turn()  # loads what the first call needs
            seconds: list[float] = []
            busy = 0.0
            for _turn in range(TURNS):
                yield found
                before = server.busy_seconds()
                seconds += turn()
                busy += server.busy_seconds() - before
            found |= {name: things / median(seconds), f"busy: {name}": max(busy, 1e-6) / len(seconds)}
    yield found


def _together(callers: ThreadPoolExecutor, act: Callable[[Any], Any], things: list[Any]) -> list[float]:
    """For each of the things its share of the time that all took."""
    began = time.perf_counter()
    list(callers.map(act, things))
    return [(time.perf_counter() - began) / len(things)] * len(things)


def _fill(server: Server, number: int) -> None:
    run = server.make_run()
    metrics = [{"key": key, "value": number % 100 / 100, "timestamp": _now()} for key in ("rmse", "mae", "r2")]
    params = [{"key": "lr", "value": str(number % 3 / 10)}, {"key": "depth", "value": str(number)}]
    server.call("runs/log-batch", {"run_id": run, "metrics": metrics, "params": params})


def _copy(rows: Rows, more: int) -> None:
    """The newest runs again and again, in the database itself; by calls it would take an hour."""
    with closing(_connected(rows.place)) as database, database:
        newest = f"SELECT {rows.key} FROM {rows.runs} ORDER BY {rows.began} DESC LIMIT {MADE_BY_CALLS}"
        known = [key for (key,) in database.execute(newest)]
        tables = {table: _columns(database, table) for table in (rows.runs, *rows.others)}
        for number in range(more):
            old, new = known[number % len(known)], uuid.uuid4().hex
            for table, columns in tables.items():
                key = rows.others.get(table, rows.key)
                special = {key: f"CAST('{new}' AS {columns[key]})"}
                if table == rows.runs and rows.anew:
                    special[rows.anew] = f"{rows.anew} + {1_000 * (number + 1)}"
                values = ", ".join(special.get(name, name) for name in columns)
                into = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
                database.execute(f"{into} FROM {table} WHERE {key} = '{old}'")
    if rows.place.startswith("postgres"):
        _settle(rows.place, tables)


def _settle(place: str, tables: Iterable[str]) -> None:
    """As PostgreSQL does by itself a minute after so many rows have come."""
    with closing(_connected(place)) as database:
        database.autocommit = True
        for table in tables:
            database.execute(f"VACUUM ANALYZE {table}")


def _connected(place: str) -> Any:
    if not place.startswith("postgres"):
        return sqlite3.connect(place, timeout=60)
    import psycopg

    return psycopg.connect(place)


def _columns(database: Any, table: str) -> dict[str, str]:
    """Name and type of each, but for a number that the database gives."""
    if isinstance(database, sqlite3.Connection):
        told = database.execute(f"PRAGMA table_info({table})").fetchall()
        return {name: kind for _place, name, kind, *_rest, is_key in told if not (is_key and kind.lower() == "integer")}
    asked = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
    given = " AND is_identity = 'NO' AND coalesce(column_default, '') NOT LIKE 'nextval%%'"
    return dict(database.execute(asked + given, (table,)).fetchall())


def _logs(server: Server) -> Callable[[dict[str, Any]], Any]:
    return lambda point: server.call("runs/log-metric", point)


def _each(act: Callable[[Any], Any], things: list[Any]) -> list[float]:
    seconds = []
    for thing in things:
        began = time.perf_counter()
        act(thing)
        seconds.append(time.perf_counter() - began)
    return seconds


@contextmanager
def _ours(folder: Path, database: str) -> Iterator[Server]:
    environ = (
        os.environ | {"MLOPS_DATA_DIR": str(folder / "data")} | ({"MLOPS_DATABASE_URL": database} if database else {})
    )
    made = subprocess.run([sys.executable, "-c", MADE], env=environ, check=True, capture_output=True, text=True)
    port = free("127.0.0.1")
    url = f"http://127.0.0.1:{port}"
    words = [sys.executable, "-m", "mlops.server.web", "--port", str(port), "--url", url]
    others = {f"runs_{one}": "run_id" for one in ("metric", "latestmetric", "runparameter")}
    rows = Rows(database or str(folder / "data/db.sqlite3"), "runs_run", "id", "started_at", others, anew="number")
    with _running(words, environ, url, {"Authorization": f"Bearer {made.stdout.split()[-1]}"}, rows) as server:
        yield server


@contextmanager
def _theirs(python: str, folder: Path, database: str) -> Iterator[Server]:
    port = free("127.0.0.1")
    words = [python, "-m", "mlflow", "server", "--port", str(port), "--workers", "1", "--backend-store-uri"]
    store = database.replace("postgres:", "postgresql+psycopg2:", 1) or f"sqlite:///{folder / 'mlflow.db'}"
    words += [store, "--artifacts-destination", str(folder / "files")]
    others = dict.fromkeys(("metrics", "latest_metrics", "params", "tags"), "run_uuid")
    rows = Rows(database or str(folder / "mlflow.db"), "runs", "run_uuid", "start_time", others)
    environ = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    with _running(words, environ, f"http://127.0.0.1:{port}", {}, rows) as server:
        yield server


@contextmanager
def _running(
    words: list[str], environ: dict[str, str], url: str, headers: dict[str, str], rows: Rows
) -> Iterator[Server]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(words, env=environ, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        _wait(url, process)
        yield Server(int(url.rpartition(":")[2]), headers, process, rows)
    finally:
        main = psutil.Process(process.pid)
        family = [main, *main.children(recursive=True)]
        main.terminate()
        _gone, alive = psutil.wait_procs(family, timeout=10)
        for one in alive:
            one.kill()
        process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise SystemExit(f"{url} ended with status {process.returncode}.")
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise SystemExit(f"{url} does not answer.")


def _now() -> int:
    return int(time.time() * 1_000)


if __name__ == "__main__":
    sys.exit(main())
