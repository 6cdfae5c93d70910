"""`python -m tests.benchmarks.million.lists DIR [--postgres] [--person ann] [--only TEXT] [--plans]`: every list,
page and search over the database that `million.seed` made, as an administrator, as somebody with one project, as
one with 200. Prints those that are slow (more than 300 ms at the 95th percentile), with the number of queries and the
slowest of them; at the end how many hold. Exit status 1 where one is slow.

`waited` is one whose clock is above though the processor worked for less than half of that, as on a machine that others
use."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.million.addresses import Asked, asked
from tests.benchmarks.million.place import placed

MOST_SECONDS, GIVEN_UP_SECONDS, PLENTY_SECONDS = 0.3, 30.0, 3.0


class Seen(msgspec.Struct, kw_only=True):
    person: str
    name: str
    status: int
    queries: int
    median: float
    high: float
    busy: float
    slowest: float
    statement: str

    @property
    def verdict(self) -> str:
        if self.status not in (200, 302):
            return "ODD"
        if self.high <= MOST_SECONDS:
            return "holds"
        return "waited" if self.busy * 2 <= MOST_SECONDS else "SLOW"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--person", action="append")
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--plans", action="store_true", help="the plan of the slowest query of what is slow")
    parser.add_argument("--all", action="store_true", help="prints those that hold as well")
    parser.add_argument("--write", type=Path, help="all numbers as JSON")
    given = parser.parse_args()
    with placed(given.directory, postgres=given.postgres):
        return measure(given)


def measure(given: argparse.Namespace) -> int:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    settings.RATE_PERSON = settings.RATE_ADDRESS = 10**9
    from mlops.accounts.tokens import create_token

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    if connection.vendor == "postgresql":
        connection.cursor().execute(f"SET statement_timeout = {int(GIVEN_UP_SECONDS * 1000)}")
    found: list[Seen] = []
    for name in given.person or ("root", "ann", "sam", "mia"):
        person = User.objects.get(username=name)
        token = create_token(person, name=f"lists {time.time()}")
        client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
        by_token = Client(
            raise_request_exception=False, SERVER_NAME="127.0.0.1", headers={"authorization": f"Bearer {token}"}
        )
        client.force_login(person)
        for one in asked(person):
            if given.only in f"{one.name} {one.path}":
                is_mlflow = one.path.startswith("/api/2.0/")
                seen = looked_at(by_token if is_mlflow else client, name, one, given.rounds)
                found.append(seen)
                if given.all or seen.verdict != "holds":
                    print(line(seen), flush=True)
                    if given.plans and seen.verdict == "SLOW":
                        print(plan(seen.statement), flush=True)
    if given.write:
        given.write.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    verdicts = [one.verdict for one in found]
    told = ", ".join(f"{verdicts.count(one)} {one}" for one in ("holds", "waited", "SLOW", "ODD"))
    print(f"{connection.vendor}: {told}; load {os.getloadavg()[0]:.1f}", flush=True)
    return int("SLOW" in verdicts)


def looked_at(client: Any, person: str, one: Asked, rounds: int) -> Seen:
    """The first round is not counted, unless it takes very long: then it is the only one."""
    times: list[float] = []
    used, status, slowest, count = 0.0, 0, (0.0, ""), 0
    for place in range(rounds + 1):
        busy, began = busy_seconds(), time.perf_counter()
        with noted() as queries:
            status = fetched(client, one)
        count, slowest = len(queries), max(queries, default=slowest)
        seconds = time.perf_counter() - began
        if place == 0 and seconds <= PLENTY_SECONDS:
            continue
        times.append(seconds)
        used += busy_seconds() - busy
        if seconds > PLENTY_SECONDS:
            break
    times.sort()
    return Seen(
        person=person, name=one.name, status=status, queries=count, median=times[len(times) // 2],
        high=times[int(0.95 * (len(times) - 1) + 0.5)], busy=used / len(times), slowest=slowest[0],
        statement=slowest[1],
    )  # fmt: skip


def fetched(client: Any, one: Asked) -> int:
    from django.db import connection

    stop = threading.Timer(GIVEN_UP_SECONDS, lambda: connection.vendor == "sqlite" and raw.interrupt())
    raw = connection.connection
    stop.start()
    try:
        if one.body is None:
            answer = client.get(one.path)
        else:
            answer = client.post(one.path, one.body, content_type="application/json")
        if answer.streaming:
            next(iter(answer.streaming_content), b"")
            answer.close()
        return int(answer.status_code)
    finally:
        stop.cancel()


@contextmanager
def noted() -> Iterator[list[tuple[float, str]]]:
    from django.db import connection

    queries: list[tuple[float, str]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seconds = time.perf_counter() - began
            told = sql if many or seconds < 0.02 else context["connection"].ops.last_executed_query(
                context["cursor"], sql, params
            )  # fmt: skip
            queries.append((seconds, told or sql))

    with connection.execute_wrapper(note):
        yield queries


def busy_seconds() -> float:
    """Of this process, and of its backend where it has one."""
    import psutil
    from django.db import connection

    own = time.process_time()
    if connection.vendor != "postgresql":
        return own
    connection.ensure_connection()
    told = psutil.Process(connection.connection.info.backend_pid).cpu_times()
    return own + float(told.user + told.system)


def line(seen: Seen) -> str:
    statement = seen.statement if len(seen.statement) < 900 else f"{seen.statement[:450]} … {seen.statement[-400:]}"
    told = f"\n        {statement}" if seen.slowest > 0.1 else ""
    return (
        f"{seen.verdict:6} {seen.status} {seen.median * 1000:6.0f} {seen.high * 1000:6.0f} ms  busy "
        f"{seen.busy * 1000:5.0f}  {seen.queries:3} queries, slowest {seen.slowest * 1000:5.0f} ms  "
        f"{seen.person}: {seen.name}{told}"
    )


def plan(statement: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS)"
        try:
            cursor.cursor.execute(f"{how} {statement}") if connection.vendor == "sqlite" else cursor.execute(
                f"{how} {statement.replace('%', '%%')}"
            )
            rows = cursor.fetchall()
        except Exception as error:  # a plan that cannot be had is told as such
            return f"        no plan: {error}"
    return "\n".join(f"        {row[-1]}" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
