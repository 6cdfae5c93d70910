"""`python -m tests.benchmarks.storage_count [--rows 100000] [--postgres]`: how long the storage of one project takes to
count that keeps so many artifacts, versions of models, and outputs and code of runs; on SQLite, or on a PostgreSQL of
its own. A refusal for want of room counts anew, so it should be quick; the hourly count need not be."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.services import postgres

BATCH = 2_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return measure(asked.rows)
    with tempfile.TemporaryDirectory(prefix="mlops-storage-") as folder:
        place = str(Path(folder) / "data")
        if not asked.postgres:
            return _again(asked.rows, {"MLOPS_DATA_DIR": place})
        with postgres(Path(folder)) as url:
            return _again(asked.rows, {"MLOPS_DATA_DIR": place, "MLOPS_DATABASE_URL": url})


def _again(rows: int, more: dict[str, str]) -> int:
    words = [sys.executable, "-m", "tests.benchmarks.storage_count", "--inside", "--rows", str(rows)]
    return subprocess.run(words, env={**os.environ, **more}, check=False).returncode


def measure(rows: int) -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    Path(os.environ["MLOPS_DATA_DIR"]).mkdir(parents=True, exist_ok=True)
    django.setup()
    from django.db import connection

    from mlops.server import schema

    schema.migrate()
    began = time.perf_counter()
    project = fill(rows)
    print(f"{connection.vendor}: filled in {time.perf_counter() - began:.0f} s: {rows:,} of each of four kinds")
    from mlops.quotas import storage

    for source in storage._sources:
        began, worked = time.perf_counter(), time.process_time()
        count = len(source(project.pk))
        taken, worked = time.perf_counter() - began, time.process_time() - worked
        print(f"  {source.__module__:32} {count:8,} digests {taken:6.2f} s, processor {worked:6.2f} s", flush=True)
    times = []
    for _round in range(3):
        began, worked = time.perf_counter(), time.process_time()
        storage.count(project)
        times.append((time.perf_counter() - began, time.process_time() - worked))
    taken, worked = (sorted(each)[1] for each in zip(*times, strict=True))
    print(f"  all of it, median of three: {taken:.2f} s, processor {worked:.2f} s")
    return 0


def fill(rows: int) -> Any:
    """Each row keeps a file or a folder of its own: the worst case, for equal ones count once."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.utils import timezone

    from mlops.access.models import Project
    from mlops.blobs.models import Blob, Tree
    from mlops.registry.models import ModelVersion, RegisteredModel
    from mlops.runs.models import Artifact, Experiment, Run, Step

    now = timezone.now()
    person = User.objects.create_user("ann")
    project = Project.objects.create(name="Many", slug="many", created_by=person)
    experiment = Experiment.objects.create(project=project, name="many")
    model = RegisteredModel.objects.create(project=project, name="many", created_by=person)
    for start in range(0, rows, BATCH):
        numbers = range(start, min(start + BATCH, rows))
        with transaction.atomic():
            Blob.objects.bulk_create(Blob(digest=digest("blob", n), size_bytes=n) for n in numbers)
            trees = [(kind, n) for kind in ("model", "made", "code") for n in numbers]
            Tree.objects.bulk_create(Tree(digest=digest(kind, n), size_bytes=n, file_count=1) for kind, n in trees)
            runs = Run.objects.bulk_create(
                Run(project=project, experiment=experiment, number=n, display_name="x", spec={}, spec_digest="",
                    snapshot=snapshot(n), state="completed", state_since=now, created_by=person)
                for n in numbers
            )  # fmt: skip
            Step.objects.bulk_create(
                Step(run=run, node="a", title="a", component="x", version="1", state="completed", state_since=now,
                     attempt=1, outputs={"out": {"type": "table", "tree": digest("made", run.number)}})
                for run in runs
            )  # fmt: skip
            Artifact.objects.bulk_create(
                Artifact(run=run, path="a.txt", blob_id=digest("blob", run.number), size_bytes=run.number, at=now)
                for run in runs
            )
            ModelVersion.objects.bulk_create(
                ModelVersion(model=model, number=n + 1, tree_id=digest("model", n), created_by=person) for n in numbers
            )
    return project


def snapshot(number: int) -> dict[str, Any]:
    """As large as that of a job with its libraries."""
    how = {"kind": "command", "command": "python train.py " + "--flag " * 40, "code": digest("code", number)}
    libraries = {f"library-{n}": "1.2.3" for n in range(40)}
    return {"libraries": libraries, "components": {"job@1": {"how": how}}}


def digest(kind: str, number: int) -> str:
    return hashlib.sha256(f"{kind}-{number}".encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
