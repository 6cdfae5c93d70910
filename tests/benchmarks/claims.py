"""What a claim costs where very many steps wait: `python -m tests.benchmarks.claims DIR [--postgres] [--steps 100000]
[--runs 100] [--projects 10]`. Prints the processor time of this process and its database for each of some claims: as
the steps are, where nothing fits this worker, and where most runs wait for a quota.

DIR must be new; remove it afterwards."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from uuid import UUID

from tests.benchmarks.million.place import placed

CLAIMS = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--projects", type=int, default=10)
    asked = parser.parse_args()
    with placed(asked.directory, postgres=asked.postgres):
        measure(asked)
    return 0


def measure(asked: argparse.Namespace) -> None:
    from mlops.execution.here import here
    from mlops.runs.models import Run, Step
    from mlops.server import schema
    from tests.benchmarks.million.filling import unsafe_and_fast

    schema.migrate()
    with unsafe_and_fast():
        fill_queue(asked.steps, asked.runs, asked.projects)
    print(f"{asked.steps} steps wait, of {asked.runs} runs in {asked.projects} projects", flush=True)
    print(f"a claim: {told(claims())}", flush=True)
    Step.objects.filter(state="queued").update(asks_gpus=1)
    here.forget()
    print(f"a look where nothing fits: {told(claims(gpus=0))}", flush=True)
    going = Run.objects.filter(pk__in=Run.objects.values("pk")[: asked.runs // 2])
    going.update(state="cancelled")
    here.forget()
    print(f"a claim where half of the runs are cancelled: {told(claims())}", flush=True)


def claims(gpus: int | None = None) -> list[float]:
    from mlops.execution.claiming import claim_next
    from mlops.execution.here import OWNER, here
    from mlops.work.models import Worker
    from tests.benchmarks.million.lists import busy_seconds

    if gpus is not None:
        from tests.work.rows import worker

        worker(OWNER, cpus=64.0, gpus=gpus)
        here.look()
    spent = []
    for _claim in range(CLAIMS):
        began = busy_seconds()
        claim_next()
        spent.append(busy_seconds() - began)
    Worker.objects.filter(name=OWNER).delete()
    return spent


def told(spent: list[float]) -> str:
    return f"mean {mean(spent) * 1000:.1f} ms of a processor, most {max(spent) * 1000:.1f} ms"


def fill_queue(steps: int, runs: int, projects: int) -> None:
    from django.contrib.auth.models import User

    from mlops.access.models import Project
    from mlops.runs.models import Experiment, Run, Step
    from tests.benchmarks.million.filling import fill

    now, person = datetime.now(UTC), User.objects.create_user("root", password=None)
    places = [Project.objects.create(name=f"P {place}", slug=f"p{place}") for place in range(projects)]
    experiments = [Experiment.objects.create(project=one, name="E") for one in places]
    ids = [UUID(int=place + 1) for place in range(runs)]

    def of_runs() -> Any:
        for place, one in enumerate(ids):
            where = place % projects
            yield one, places[where].pk, experiments[where].pk, place + 1

    fill(Run, ("id", "project_id", "experiment_id", "number"), of_runs(), kind="pipeline", display_name="long",
         state="running", state_since=now, created_at=now, created_by_id=person.pk, spec={"nodes": [], "edges": []},
         spec_digest="0" * 64, snapshot={})  # fmt: skip
    fill(Step, ("run_id", "node", "state_since"),
         ((ids[place % runs], f"n{place}", now + timedelta(milliseconds=place)) for place in range(steps)),
         title="Train", component="train", version="1", state="queued")  # fmt: skip


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    sys.exit(main())
