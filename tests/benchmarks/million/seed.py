"""`python -m tests.benchmarks.million.seed DIR [--postgres] [--share 1.0]`: fills a database with 1,000,000 runs (each
with a step, a parameter, a tag and two metrics), 100,000 models with 150,000 versions, 100,000 datasets, 1,000,000
events and what belongs to them, in 400 projects, of which `big` holds four tenths. `--share 0.01` makes a hundredth.

With --postgres DIR/postgres holds a server of its own, which stands still afterwards; `million.lists` starts it again.
A directory that is filled is left as it is."""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

PROJECTS = 400
NAMES = ("boost", "forest", "Ümlaut", "linear", "deep")
PERSONS = ("root", "ann", "sam", "mia")
"""An administrator; of `big` alone; of one small project; of 200 projects."""


def main() -> int:
    from tests.benchmarks.million.place import placed

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--share", type=float, default=1.0)
    asked = parser.parse_args()
    with placed(asked.directory, postgres=asked.postgres):
        seed(asked.share)
    return 0


def seed(share: float) -> None:
    """Into the database of the settings, once."""
    from mlops.access.models import Project
    from mlops.server import schema
    from tests.benchmarks.million.filling import unsafe_and_fast

    schema.migrate()
    if Project.objects.filter(slug="big").exists():
        return
    began = time.perf_counter()
    with unsafe_and_fast():
        Filling(share).all()
    print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)


class Filling:
    def __init__(self, share: float) -> None:
        from django.contrib.auth.models import User

        self.chance = random.Random(11)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.runs = max(int(1_000_000 * share), 1_000)
        self.models = max(int(100_000 * share), 200)
        self.projects = PROJECTS if share >= 0.05 else 40
        self.people = [User.objects.create_user(name, password=None) for name in PERSONS]
        self.people[0].is_superuser = self.people[0].is_staff = True
        self.people[0].save()

    def all(self) -> None:
        self.make_projects()
        self.make_experiments()
        self.make_runs()
        self.make_facts()
        self.make_models()
        self.make_datasets()
        self.make_events()

    def make_projects(self) -> None:
        from mlops.access.models import Project, Role
        from mlops.accounts.membership import create_project, give_role

        root, ann, sam, mia = self.people
        self.project_ids: list[UUID] = []
        for place in range(self.projects):
            slug = "big" if place == 0 else f"p{place}"
            project = create_project(root, name="Big" if place == 0 else f"Project {place}", slug=slug)
            self.project_ids.append(project.pk)
            if place == 0:
                give_role(root, project, user=ann, role=Role.CONTRIBUTOR)
            if place == 3:
                give_role(root, project, user=sam, role=Role.CONTRIBUTOR)
            if place % 2 == 0:
                give_role(root, project, user=mia, role=Role.READER if place % 4 else Role.CONTRIBUTOR)
        assert Project.objects.count() >= self.projects

    def project(self) -> int:
        """Four tenths are of the first."""
        return 0 if self.chance.random() < 0.4 else self.chance.randrange(1, self.projects)

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128) & ~(0xF << 76) | (4 << 76))

    def made(self, place: int) -> datetime:
        """When a model or dataset was: one after the other, as the runs."""
        return self.now - timedelta(days=730) / self.models * (self.models - place)

    def make_experiments(self) -> None:
        from mlops.runs.models import Experiment
        from tests.benchmarks.million.filling import fill

        self.experiment_ids = [[self.id() for _ in range(200 if place == 0 else 10)]
                               for place in range(self.projects)]  # fmt: skip
        rows = ((one, self.project_ids[place], f"exp {number}")
                for place, ids in enumerate(self.experiment_ids) for number, one in enumerate(ids))  # fmt: skip
        fill(Experiment, ("id", "project_id", "name"), rows, created_at=self.now)

    def make_runs(self) -> None:
        from mlops.runs.models import Run
        from tests.benchmarks.million.filling import fill

        self.run_ids: list[UUID] = []
        self.run_places: list[int] = []
        numbers = [0] * self.projects
        snapshot = {"versions": {"python": "3.11"}, "text": "x" * 300}

        def rows() -> Iterator[tuple[Any, ...]]:
            choice, chance = self.chance.choice, self.chance.random
            apart = timedelta(days=730) / self.runs
            for place in range(self.runs):
                project, one = self.project(), self.id()
                numbers[project] += 1
                self.run_ids.append(one)
                self.run_places.append(project)
                at = self.now - apart * (self.runs - place)
                state = "completed" if chance() < 0.7 else choice(("failed", "cancelled", "completed"))
                if place > self.runs - 50:
                    state = "running"
                person = self.people[choice((0, 1, 3)) if project == 0 else choice((0, 3))].pk
                yield (one, self.project_ids[project], choice(self.experiment_ids[project]), numbers[project],
                       choice(("pipeline", "command", "tracked")), f"{choice(NAMES)} {place}", state, at, at, person,
                       at, None if state == "running" else at + timedelta(seconds=int(chance() * 900)))  # fmt: skip

        names = ("id", "project_id", "experiment_id", "number", "kind", "display_name", "state", "state_since",
                 "created_at", "created_by_id", "started_at", "ended_at")  # fmt: skip
        fill(Run, names, rows(), spec={"nodes": [], "edges": []}, spec_digest="0" * 64, snapshot=snapshot)

    def make_facts(self) -> None:
        from django.contrib.contenttypes.models import ContentType

        from mlops.runs.models import LatestMetric, Metric, Run, RunParameter, Step
        from mlops.tags.models import Tag
        from tests.benchmarks.million.filling import fill

        choice, chance, now, runs = self.chance.choice, self.chance.random, self.now, self.run_ids
        fill(Step, ("run_id",), ((one,) for one in runs), node="n1", title="Train", component="train", version="1",
             state="completed", state_since=now, started_at=now, ended_at=now)  # fmt: skip
        fill(LatestMetric, ("run_id", "key", "value"),
             ((one, key, chance()) for one in runs for key in ("rmse", "mae")), at=now)  # fmt: skip
        fill(Metric, ("run_id", "key", "value"),
             ((one, "rmse", chance()) for one in runs), at=now)  # fmt: skip
        fill(RunParameter, ("run_id", "key", "value"), ((one, "lr", choice(("0.1", "0.01", "0.2"))) for one in runs))
        kind = ContentType.objects.get_for_model(Run).pk
        fill(Tag, ("object_id", "key", "value"),
             ((str(one), "Area", choice(("Churn", "Sales", "Fraud"))) for one in runs),
             content_type_id=kind)  # fmt: skip

    def make_models(self) -> None:
        from django.contrib.contenttypes.models import ContentType

        from mlops.blobs.models import Tree
        from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel
        from mlops.runs.models import LoggedModel
        from mlops.tags.models import Tag
        from tests.benchmarks.million.filling import fill

        choice, chance, now = self.chance.choice, self.chance.random, self.now
        tree = Tree.objects.create(digest="1" * 64, size_bytes=1_000, file_count=1).pk
        models = [(self.id(), self.project(), place) for place in range(self.models)]
        self.model_ids = [one for one, _project, _place in models]
        fill(RegisteredModel, ("id", "project_id", "name", "created_at", "changed_at", "created_by_id"),
             ((one, self.project_ids[project], f"{choice(NAMES)} model {place}", self.made(place), now,
               self.people[0].pk) for one, project, place in models), last_number=2)  # fmt: skip
        versions = [(self.id(), one, number) for place, one in enumerate(self.model_ids)
                    for number in ((1, 2) if place % 2 else (1,))]  # fmt: skip
        fill(ModelVersion, ("id", "model_id", "number", "metrics", "run_id", "created_at", "stage"),
             ((one, model, number, {"rmse": chance()}, choice(self.run_ids), now,
               "Production" if number == 2 else "None") for one, model, number in versions),
             tree_id=tree, framework="sklearn", changed_at=now)  # fmt: skip
        fill(ModelAlias, ("model_id", "version_id"),
             ((model, one) for one, model, number in versions if number == 2), name="champion")  # fmt: skip
        for kind, ids in ((RegisteredModel, self.model_ids), (ModelVersion, [one for one, _, _ in versions])):
            fill(Tag, ("object_id", "value"), ((str(one), choice(("Churn", "Sales"))) for one in ids),
                 content_type_id=ContentType.objects.get_for_model(kind).pk, key="Area")  # fmt: skip
        fill(LoggedModel, ("id", "experiment_id", "run_id", "created_at", "name"),
             ((self.id(), choice(self.experiment_ids[self.run_places[place]]), self.run_ids[place], now, "model")
              for place in range(0, self.runs, 10)), changed_at=now, state="ready")  # fmt: skip

    def make_datasets(self) -> None:
        from mlops.datasets.models import Dataset, DatasetVersion
        from mlops.lineage.models import Mention
        from tests.benchmarks.million.filling import fill

        now = self.now
        datasets = [(self.id(), self.project(), place) for place in range(self.models)]
        fill(Dataset, ("id", "project_id", "name", "created_at"),
             ((one, self.project_ids[project], f"data {place}", self.made(place)) for one, project, place in datasets),
             last_number=1, created_by=self.people[0])  # fmt: skip
        fill(DatasetVersion, ("id", "dataset_id"), ((self.id(), one) for one, _project, _place in datasets), number=1,
             created_at=now, state="ready", state_since=now, row_count=10, size_bytes=1_000)  # fmt: skip
        named = {}
        for _one, project, place in datasets:
            named.setdefault(project, []).append(f"datasets/data {place}:1")
        fill(Mention, ("project_id", "run_id", "target", "at"),
             ((self.project_ids[project], self.run_ids[place], self.chance.choice(named[project]), now)
              for place, project in enumerate(self.run_places) if project in named))  # fmt: skip

    def make_events(self) -> None:
        from mlops.events.chain import GENESIS
        from mlops.events.models import ChainHead, Event
        from tests.benchmarks.million.filling import fill

        head = ChainHead.objects.filter(pk=1).values_list("hash", flat=True).first() or GENESIS
        encode, sha = msgspec.json.Encoder(order="sorted").encode, hashlib.sha256
        last = [head]

        def rows() -> Iterator[tuple[Any, ...]]:
            apart = timedelta(days=730) / self.runs
            for place, (run, project) in enumerate(zip(self.run_ids, self.run_places, strict=True)):
                at, one = self.now - apart * (self.runs - place), self.id()
                type, subject = f"mlops.run.{'completed' if place % 3 else 'submitted'}", f"runs/{run}"
                data = {"number": place}
                content = {"previous": last[0], "id": str(one), "type": type, "project": str(self.project_ids[project]),
                           "actor": "root", "subject": subject, "reason": "", "data": data,
                           "at": at.isoformat()}  # fmt: skip
                hash = sha(encode(content)).hexdigest()
                yield (one, type, self.project_ids[project], subject, data, at, last[0], hash)
                last[0] = hash

        names = ("id", "type", "project_id", "subject", "data", "at", "previous_hash", "hash")
        fill(Event, names, rows(), actor=self.people[0], actor_name="root")
        ChainHead.objects.update_or_create(pk=1, defaults={"hash": last[0]})


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
    sys.exit(main())
