"""`python -m tests.benchmarks.lineage [--nodes 100000] [--postgres]`: the lineage among 100,000 things: a dataset that
10,000 runs read, an ordinary run, a model and an endpoint, as the page, by REST, one piece further, by name, and what
was deployed at an instant. On SQLite, and with --postgres on a PostgreSQL server of its own as well.

Prints the median and the 95th percentile by the clock, the processor time and the queries of each, and a verdict:
`holds` up to 300 ms, `waited` where the clock is above though the processor worked for less than half of that, else
`SLOW`. Exit status 1 where one is slow."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.services import postgres

MOST_SECONDS = 0.3
WIDE = 10_000
ASKED = (
    ("page of a wide dataset", "/lineage/?of=datasets/wide:1"),
    ("page of a run", "/lineage/?of=runs/50000"),
    ("page of a model", "/lineage/?of=models/m7:5"),
    ("page of an endpoint", "/lineage/?of=endpoints/e3"),
    ("page without a thing", "/lineage/?q=wide"),
    ("who uses the wide dataset", "/lineage/uses/?of=datasets/wide:1"),
    ("REST, a piece behind 5,000", "/api/v1/lineage/?of=datasets/wide:1&direction=down&depth=1&after=5000"),
    ("REST, upstream of a model", "/api/v1/lineage/?of=models/m7:5&direction=up"),
    ("REST, by a part of the name", "/api/v1/lineage/things/?q=run 4999"),
    ("what was deployed now", "/api/v1/lineage/at/"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return measure(asked)
    with tempfile.TemporaryDirectory(prefix="mlops-lineage-") as folder:
        worst = _again(Path(folder) / "data", {})
        if asked.postgres:
            with postgres(Path(folder)) as url:
                worst |= _again(Path(folder) / "data-of-postgres", {"MLOPS_DATABASE_URL": url})
    return worst


def _again(place: Path, more: dict[str, str]) -> int:
    place.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "tests.benchmarks.lineage", "--inside", *sys.argv[1:]]
    return subprocess.run(
        words, env={**os.environ, "MLOPS_ALLOWED_HOSTS": "*", "MLOPS_DATA_DIR": str(place), **more}, check=False
    ).returncode


def measure(asked: argparse.Namespace) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    count = fill(asked.nodes)
    print(f"{connection.vendor}: {count:,} things, filled in {time.perf_counter() - began:.0f} s", flush=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="ann"))
    worst = 0
    for title, address in ASKED:
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.content[:300])
        taken, worked = [], []
        for _round in range(asked.rounds):
            clock, processor = time.perf_counter(), time.process_time()
            client.get(address)
            taken.append(time.perf_counter() - clock)
            worked.append(time.process_time() - processor)
        median, late, work = statistics.median(taken), sorted(taken)[-1], statistics.median(worked)
        is_slow = median > MOST_SECONDS
        verdict = "holds" if not is_slow else "waited" if work < MOST_SECONDS / 2 else "SLOW"
        worst |= verdict == "SLOW"
        told = f"{median * 1000:6.0f} ms, at most {late * 1000:6.0f}, processor {work * 1000:6.0f} ms"
        print(f"{told}, {len(captured):4d} queries  {verdict:6}  {title}", flush=True)
    return worst


def fill(nodes: int) -> int:
    """Half runs, each with a model version in every tenth; the rest dataset versions, steps and deployments."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.utils import timezone

    from mlops.access.models import Project
    from mlops.blobs.models import Tree
    from mlops.datasets.models import Dataset, DatasetVersion
    from mlops.deployments.models import Deployment, Endpoint
    from mlops.lineage.models import Mention
    from mlops.lineage.serving import recording
    from mlops.registry.models import ModelVersion, RegisteredModel
    from mlops.runs.models import Experiment, Run, Step

    now = timezone.now()
    ann = User.objects.create_superuser("ann", password="a long password")
    project = Project.objects.create(name="Big", slug="big")
    tree = Tree.objects.create(digest="a" * 64, file_count=1, size_bytes=1)
    experiment = Experiment.objects.create(project=project, name="all")
    with transaction.atomic():
        half = nodes // 2
        names = ["wide", *(f"d{number}" for number in range(nodes // 50))]
        sets = Dataset.objects.bulk_create([Dataset(project=project, name=name) for name in names], batch_size=500)
        versions = [
            DatasetVersion(dataset=one, number=number, state="ready", state_since=now, created_by=ann)
            for one in sets
            for number in range(1, 6)
        ]
        DatasetVersion.objects.bulk_create(versions, batch_size=500)
        runs = [
            Run(project=project, experiment=experiment, number=number, display_name=f"run {number}", spec={"nodes": []},
                spec_digest="x", state="completed", state_since=now, created_by=ann)
            for number in range(1, half + 1)
        ]  # fmt: skip
        Run.objects.bulk_create(runs, batch_size=500)
        facts: dict[str, Any] = {"node": "fit", "title": "Fit", "component": "fit", "version": "1", "state_since": now}
        Step.objects.bulk_create([Step(run=run, **facts) for run in runs[: nodes // 4]], batch_size=500)
        mentions = []
        for place, run in enumerate(runs):
            data = "wide:1" if place < WIDE else str(versions[place % len(versions)])
            targets = (f"datasets/{data}", f"commits/{place % 3000:040d}", f"builds/{place % 20}")
            mentions += [Mention(project=project, run=run, target=target, at=now) for target in targets]
        Mention.objects.bulk_create(mentions, batch_size=500)
        models = RegisteredModel.objects.bulk_create(
            [RegisteredModel(project=project, name=f"m{number}") for number in range(nodes // 100)], batch_size=500
        )
        made = [
            ModelVersion(model=model, number=number, tree=tree, run=runs[(place * 5 + number) % half], created_by=ann)
            for place, model in enumerate(models)
            for number in range(1, 6)
        ]
        ModelVersion.objects.bulk_create(made, batch_size=500)
        ends = Endpoint.objects.bulk_create([Endpoint(project=project, name=f"e{number}") for number in range(200)])
        Deployment.objects.bulk_create(
            [Deployment(endpoint=end, name=name, version=made[place], state_since=now, created_by=ann)
             for place, end in enumerate(ends) for name in ("blue", "green")]
        )  # fmt: skip
    recording.look()
    rows: list[Any] = [DatasetVersion, Run, Step, ModelVersion, Endpoint, Deployment]
    return 3000 + sum(row.objects.count() for row in rows)


if __name__ == "__main__":
    sys.exit(main())
