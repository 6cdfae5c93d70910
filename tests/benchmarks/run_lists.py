"""`python -m tests.benchmarks.run_lists [--runs 10000] [--metrics 50] [--postgres]`: lists of 10,000 runs with 50
metrics each, with tags and parameters: every list, filter, order, facet and proposal, through REST and as a page, and
twenty runs compared. On SQLite, and with --postgres on a PostgreSQL server of its own as well.

Prints for each the processor time (of this process and of its backend in PostgreSQL), the median and the 95th
percentile by the clock, and a verdict: `holds` up to 300 ms (1 s for the comparison), `SLOW` above, `waited` where the
clock is above though the processor worked for less than half of that, as on a machine that others use. Exit status 1
where one is slow."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.services import postgres

MOST_SECONDS, MOST_SECONDS_COMPARED = 0.3, 1.0
FILTERS = (
    "", "state = failed", "state:failed,cancelled kind=command", "Area=Churn", "Area != Churn", "not Area=Churn",
    "tags.Team", "number_of_rows=9000", "metrics.rmse < 0.01", "metrics.rmse < 0.5", "metrics.none > 1",
    "params.lr = 0.1", "params.depth > 7", "created > 3 days ago", "created < 2000-01-01", "duration > 5 min",
    "experiment = exp7", "by = ann", "name ~ boost", "forest", "nowhere", "ümlaut",
    "Area=Churn and metrics.rmse < 0.5 and state = completed", "Area=Churn or metrics.m3 > 0.9 or params.lr=0.1",
)  # fmt: skip
ORDERS = ("-created", "created", "name", "-duration", "experiment", "metrics.rmse desc", "metrics.m7", "params.lr",
          "tags.Area desc, metrics.rmse")  # fmt: skip
NAMES = ("boost", "forest", "Ümlaut")
TYPED = ("", "Ar", "Area=", "metrics.", "params.", "experiment=", "by=", "Team=n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--metrics", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--keep", type=Path, help="a data directory to fill, or to use if it is filled")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return measure(asked)
    worst = 0
    with tempfile.TemporaryDirectory(prefix="mlops-lists-") as folder:
        place = asked.keep or Path(folder) / "data"
        worst |= _again(place, {})
        if asked.postgres:
            with postgres(Path(folder)) as url:
                worst |= _again(Path(folder) / "data-of-postgres", {"MLOPS_DATABASE_URL": url})
    return worst


def measure(asked: argparse.Namespace) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    fill(asked.runs, asked.metrics)
    print(f"{connection.vendor}: {asked.runs:,} runs, filled in {time.perf_counter() - began:.0f} s", flush=True)
    client = Client(SERVER_NAME="127.0.0.1")
    from django.contrib.auth.models import User

    client.force_login(User.objects.get(username="ann"))
    backend = _backend()
    failed = 0
    print(f"processor   median      95th         load {os.getloadavg()[0]:.1f}", flush=True)
    for name, address, most in addresses():
        times, busy = measured(client, address, asked.rounds, backend)
        middle, high = times[len(times) // 2], times[int(0.95 * (len(times) - 1) + 0.5)]
        verdict = "holds" if high <= most else "waited" if busy * 2 <= most else "SLOW"
        failed |= verdict == "SLOW"
        print(f"{busy * 1000:6.0f} {middle * 1000:9.0f} {high * 1000:9.0f} ms   {verdict:7} {name}", flush=True)
    return int(failed)


def _backend() -> Any:
    """The process that works for this connection, where the database has one."""
    import psutil
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0])


def _busy_seconds(backend: Any) -> float:
    if backend is None:
        return time.process_time()
    told = backend.cpu_times()
    return float(time.process_time() + told.user + told.system)


def addresses() -> Iterator[tuple[str, str, float]]:
    from urllib.parse import quote

    for text in FILTERS:
        yield f"REST filter {text}", f"/api/v1/runs/?project=big&filter={quote(text)}", MOST_SECONDS
        yield f"page filter {text}", f"/runs/?project=big&filter={quote(text)}", MOST_SECONDS
    for text in ORDERS:
        yield f"REST order {text}", f"/api/v1/runs/?project=big&order_by={quote(text)}", MOST_SECONDS
        yield f"page order {text}", f"/runs/?project=big&order_by={quote(text)}", MOST_SECONDS
    yield "page far down", f"/runs/?project=big&cursor={far_down()}", MOST_SECONDS
    yield "page facets", "/runs/?project=big&facets=1", MOST_SECONDS
    yield "page facets of a filter", "/runs/?project=big&facets=1&filter=metrics.rmse%3C0.5", MOST_SECONDS
    for text in TYPED:
        yield f"proposals {text}", f"/search/complete/?noun=runs&project=big&text={quote(text)}", MOST_SECONDS
    yield "search everything", "/search/?q=boost", MOST_SECONDS
    yield "search hits", "/search/hits/?text=Area%3DChurn", MOST_SECONDS
    for noun in ("experiments", "models", "datasets", "components", "online-endpoints", "batch-endpoints"):
        yield f"REST {noun}", f"/api/v1/{noun}/?project=big", MOST_SECONDS
    for text in ("metrics.rmse < 0.2", "Area=Churn", "framework = sklearn"):
        yield f"REST models {text}", f"/api/v1/models/?project=big&filter={quote(text)}", MOST_SECONDS
        yield f"page models {text}", f"/models/?project=big&facets=1&filter={quote(text)}", MOST_SECONDS
    for address in compared():
        yield "twenty runs compared", address, MOST_SECONDS_COMPARED


def compared() -> Iterator[str]:
    from django.urls import NoReverseMatch, reverse

    from mlops.runs.models import Run

    ids = [str(one) for one in Run.objects.order_by("number").values_list("pk", flat=True)[:20]]
    try:
        place = reverse("web:runs-compare")
    except NoReverseMatch:
        return
    yield f"{place}?{'&'.join(f'run={one}' for one in ids)}"


def far_down() -> str:
    """The cursor of the nine thousandth row."""
    from django.contrib.auth.models import User

    from mlops.runs.queries import visible_to
    from mlops.runs.searching import RUNS
    from mlops.tags.searching.listing import Asked, listing

    person = User.objects.get(username="ann")
    runs = visible_to(person)
    last = runs.order_by("created_at")[min(1_000, runs.count() - 2)]
    return listing(runs.filter(number__lte=last.number), RUNS, Asked(size=1), actor=person).next


def measured(client: Any, address: str, rounds: int, backend: Any) -> tuple[list[float], float]:
    """Seconds of each round but the first, in order, and the mean seconds of processor time (a backend's is told in
    hundredths)."""
    times, used = [], 0.0
    for each in range(rounds + 1):
        if each == 1:
            used = _busy_seconds(backend)
        began = time.perf_counter()
        answer = client.get(address)
        times.append(time.perf_counter() - began)
        assert answer.status_code == 200, (address, answer.status_code, answer.content[:300])
    return sorted(times[1:]), (_busy_seconds(backend) - used) / rounds


def fill(runs: int, metrics: int) -> None:
    from datetime import timedelta

    from django.contrib.auth.models import User
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone

    from mlops.accounts.membership import create_project, give_role
    from mlops.blobs.models import Tree
    from mlops.registry.models import ModelVersion, RegisteredModel
    from mlops.runs.models import Experiment, LatestMetric, Run, RunParameter
    from mlops.tags.models import Tag

    if Run.objects.exists():
        return
    chance = random.Random(7)
    owner = User.objects.create_superuser("root", password="a long passphrase")
    people = [User.objects.create_user(name, password="a long passphrase") for name in ("ann", "bob")]
    project = create_project(owner, name="Big", slug="big")
    for person in people:
        give_role(owner, project, user=person, role="contributor")
    experiments = [Experiment.objects.create(project=project, name=f"exp{place}") for place in range(20)]
    now = timezone.now()
    rows = []
    for number in range(1, runs + 1):
        began = now - timedelta(minutes=5 * (runs - number))
        state = chance.choice(["completed"] * 6 + ["failed", "cancelled", "running"])
        rows.append(
            Run(project=project, experiment=chance.choice(experiments), number=number, state=state, state_since=began,
                kind=chance.choice(["pipeline", "command"]), display_name=f"{chance.choice(NAMES)} {number}",
                spec={"nodes": [], "edges": []}, spec_digest="0" * 64, created_by=chance.choice(people),
                started_at=began,
                ended_at=None if state == "running" else began + timedelta(seconds=chance.randint(1, 900)),
                snapshot={"versions": {"python": "3.11"}, "text": "x" * 2_000})
        )  # fmt: skip
    Run.objects.bulk_create(rows, batch_size=500)
    for run in rows:
        Run.objects.filter(pk=run.pk).update(created_at=run.started_at)
    kind = ContentType.objects.get_for_model(Run)
    tags = [
        Tag(content_type=kind, object_id=str(run.pk), key=key, value=value)
        for run in rows
        for key, value in (("Area", chance.choice(["Churn", "Sales", "Fraud"])),
                           ("Team", chance.choice(["north", "south"])), ("number_of_rows", str(run.number)))
    ]  # fmt: skip
    Tag.objects.bulk_create(tags, batch_size=2_000)
    keys = ["rmse", *(f"m{place}" for place in range(1, metrics))]
    for start in range(0, len(rows), 200):
        LatestMetric.objects.bulk_create(
            [LatestMetric(run=run, key=key, value=chance.random(), at=now)
             for run in rows[start : start + 200] for key in keys],
            batch_size=2_000,
        )  # fmt: skip
    RunParameter.objects.bulk_create(
        [RunParameter(run=run, key=key, value=value) for run in rows
         for key, value in (("lr", chance.choice(["0.1", "0.01"])), ("depth", str(chance.randint(1, 12))))],
        batch_size=2_000,
    )  # fmt: skip
    tree = Tree.objects.create(digest="1" * 64, size_bytes=1, file_count=1)
    models = [RegisteredModel(project=project, name=f"model {place}", last_number=3) for place in range(runs // 20)]
    RegisteredModel.objects.bulk_create(models, batch_size=500)
    versions = [
        ModelVersion(model=model, number=number, tree=tree, framework="sklearn", metrics={"rmse": chance.random()})
        for model in models for number in (1, 2, 3)
    ]  # fmt: skip
    ModelVersion.objects.bulk_create(versions, batch_size=500)
    kind = ContentType.objects.get_for_model(ModelVersion)
    Tag.objects.bulk_create(
        [Tag(content_type=kind, object_id=str(one.pk), key="Area", value=chance.choice(["Churn", "Sales"]))
         for one in versions],
        batch_size=2_000,
    )  # fmt: skip


def _again(place: Path, variables: dict[str, str]) -> int:
    place.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "tests.benchmarks.run_lists", *sys.argv[1:], "--inside"]
    return subprocess.run(words, env={**os.environ, "MLOPS_DATA_DIR": str(place), **variables}).returncode


if __name__ == "__main__":
    sys.exit(main())
