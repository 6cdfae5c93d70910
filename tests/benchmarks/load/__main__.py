"""`python -m tests.benchmarks.load [--people 200] [--minutes 60] [--database sqlite|postgres] [--share 0.01]`: a server
of real processes with 200 people at its pages (a socket each, a click every ten seconds), 2,000 metrics a second by
MLflow's log-batch, and 50 runs at once on four workers, over a database that `million.seed` fills (`--share 1`: a
million runs; --keep DIR uses one that is filled).

Tells of each page the median, the 95th and the 99th percentile, what failed, what each process held and whether it
grew, and the connections to the database. Exit status 1 where something failed or a process grew by more than --most-
growth MiB an hour, in a watch of less than ten minutes by --most-rise MiB in all. The clock tells little on a machine
that others use: the load average stands above all."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread

from tests.benchmarks.load.memory import Watch, rise, slope
from tests.benchmarks.load.metrics import Logged, log
from tests.benchmarks.load.people import Seen, work
from tests.benchmarks.load.places import serving

ERROR_CHARACTERS = 6_000
GROWTH_FROM_MINUTES = 10.0
"""A shorter watch says nothing of growth by the hour: caches fill meanwhile."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--think", type=float, default=10.0, help="seconds between two clicks of a person")
    parser.add_argument("--metrics", type=float, default=2000.0, help="a second")
    parser.add_argument("--runs", type=int, default=50, help="at once")
    parser.add_argument("--settle", type=float, default=60.0, help="seconds that the last of them may take to end")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--share", type=float, default=0.01, help="of a million runs")
    parser.add_argument("--keep", type=Path, help="a directory of million.seed")
    parser.add_argument("--most-growth", type=float, default=60.0, help="MiB an hour of one process")
    parser.add_argument("--most-rise", type=float, default=60.0, help="MiB of one process in a short watch")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mlops-load-") as temporary:
        return loaded(given, given.keep or Path(temporary))


def loaded(given: argparse.Namespace, directory: Path) -> int:
    from tests.benchmarks.million.place import placed

    with placed(directory, postgres=given.database == "postgres") as variables:
        from tests.benchmarks.load.setting import Submitted, keep_running, prepare
        from tests.benchmarks.million.seed import seed

        seed(given.share)
        setting = prepare(given.people)
        seen, logged, submitted = Seen(), Logged(), Submitted()
        with serving(Path(variables["MLOPS_DATA_DIR"]), workers=given.workers, variables=variables) as place:
            seconds = given.minutes * 60
            until = time.monotonic() + seconds
            every = max(0.5, min(2.0, seconds / 40), seconds / 120)
            print(f"{place.url}: {given.people} people for {given.minutes:g} min", flush=True)
            runs = Thread(
                target=keep_running,
                args=(setting, submitted),
                kwargs={"at_once": given.runs, "until": until, "settle_seconds": given.settle},
            )
            with Watch(place.family, connected, every) as watch:
                runs.start()
                asyncio.run(_all(place.url, setting, seen, logged, given, until))
                runs.join()
        status = told(given, seen, logged, submitted, watch)
        _tell_errors(Path(variables["MLOPS_DATA_DIR"]) / "logs" / "web.log")
        return status


def _tell_errors(log: Path) -> None:
    """What the web process says of the first of its failures, with where it happened."""
    text = log.read_text() if log.exists() else ""
    if (place := text.find(" ERROR ")) >= 0:
        print(text[max(place - 30, 0) :][:ERROR_CHARACTERS])


async def _all(url: str, setting, seen: Seen, logged: Logged, given: argparse.Namespace, until: float) -> None:  # type: ignore[no-untyped-def]
    await asyncio.gather(
        work(url, setting.people, seen, until=until, think_seconds=given.think),
        log(url, setting.token, setting.experiment, logged, a_second=given.metrics, until=until),
    )


def connected() -> int:
    """Connections to the database, without our own; 0 where it is a file."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()")
        return int(cursor.fetchone()[0])


def told(given: argparse.Namespace, seen: Seen, logged: Logged, submitted, watch: Watch) -> int:  # type: ignore[no-untyped-def]
    seconds = given.minutes * 60
    print(f"\nload {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores, {given.database}, share {given.share:g}")
    print(f"{'page':34}{'answers':>8}{'median':>9}{'95th':>8}{'99th':>8} ms")
    for page, times in sorted(seen.seconds.items()):
        times.sort()
        ms = [times[min(int(share * len(times)), len(times) - 1)] * 1000 for share in (0.5, 0.95, 0.99)]
        print(f"{page:34}{len(times):8}{ms[0]:9.0f}{ms[1]:8.0f}{ms[2]:8.0f}")
    print(f"{seen.answers} answers ({seen.answers / seconds:.1f} a second), {seen.notices} notices, "
          f"{seen.sockets_lost} sockets lost; failed: {dict(seen.failures) or 'none'}")  # fmt: skip
    print(*seen.said, sep="\n")
    logged.seconds.sort()
    median = logged.seconds[len(logged.seconds) // 2] * 1000 if logged.seconds else 0
    print(f"{logged.metrics} metrics ({logged.metrics / seconds:.0f} a second), batch of 100 in {median:.0f} ms, "
          f"{logged.failures} failed")  # fmt: skip
    print(f"{submitted.begun} runs, at most {submitted.most_at_once} at once, ended as {submitted.states}")
    print(f"connections to the database: at most {max(watch.connected, default=0)}")
    grown = 0
    unit = "MiB an hour" if given.minutes >= GROWTH_FROM_MINUTES else "MiB risen"
    print(f"{'process':24}{'first':>8}{'last':>8}{'most':>8} MiB{unit:>14}{'processor s':>13}")
    for name, samples in sorted(watch.samples.items()):
        held = [one for _at, one in samples]
        if samples[-1][0] - samples[0][0] < seconds / 2:
            continue  # of a step
        is_long = given.minutes >= GROWTH_FROM_MINUTES
        growth = slope(samples) if is_long else rise(samples)
        grown += growth > (given.most_growth if is_long else given.most_rise)
        print(f"{name:24}{held[0]:8.0f}{held[-1]:8.0f}{max(held):8.0f}    {growth:14.1f}"
              f"{watch.processor[name]:13.0f}")  # fmt: skip
    failed = sum(seen.failures.values()) + logged.failures + seen.sockets_lost
    lost = sum(count for state, count in submitted.states.items() if state != "completed")
    return int(bool(failed or lost or grown))


if __name__ == "__main__":
    sys.exit(main())
