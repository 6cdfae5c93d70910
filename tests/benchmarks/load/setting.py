"""What stands in the database before the load begins: people with a session each in the projects of `million.seed`, a
token, an experiment to log into; and the runs that are submitted meanwhile. Needs Django to be set up."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.benchmarks.load.people import Person


@dataclass(frozen=True)
class Setting:
    people: list[Person]
    token: str
    experiment: str
    project: Any
    actor: Any


@dataclass
class Submitted:
    begun: int = 0
    states: dict[str, int] = field(default_factory=dict)
    most_at_once: int = 0


def prepare(people: int) -> Setting:
    from django.contrib.auth.models import User

    from mlops.access.models import Project
    from mlops.accounts.membership import give_role
    from mlops.accounts.tokens import create_token
    from mlops.registry.models import RegisteredModel
    from mlops.runs.models import Experiment, Run

    root = User.objects.get(username="root")
    projects = list(Project.objects.filter(slug__in=["big", "p1", "p2", "p3"]).order_by("slug"))
    found = []
    for number in range(people):
        person, _is_new = User.objects.get_or_create(username=f"person-{number}")
        project = projects[number % len(projects)]
        give_role(root, project, user=person, role="contributor")
        runs, models = Run.kept.filter(project=project)[:20], RegisteredModel.objects.filter(project=project)[:20]
        run, model = runs[number % len(runs)], models[number % len(models)]
        found.append(Person(cookie=_session(person), project=project.slug, run=str(run.pk), model=str(model.pk)))
    big = projects[0]
    experiment, _is_new = Experiment.objects.get_or_create(project=big, name="load")
    token = str(create_token(User.objects.get(username="person-0"), name=f"load {time.time():.0f}"))
    return Setting(people=found, token=token, experiment=experiment.pk.hex, project=big, actor=root)


def _session(person: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.set_expiry(timedelta(days=2))
    store.create()
    return str(store.session_key)


def keep_running(
    setting: Setting, told: Submitted, *, at_once: int, until: float, settle_seconds: float, steps: int = 3
) -> None:
    """As many runs as that at every moment; returns when the last of them has ended, or so long after `until`."""
    from django.db import connection
    from django.db.models import Count

    from mlops.runs.models import FINAL_RUN_STATES, Run

    numbers, mine = itertools.count(), set[Any]()
    while True:
        known = dict(Run.objects.filter(pk__in=mine).exclude(state__in=FINAL_RUN_STATES).values_list("pk", "state"))
        told.most_at_once = max(told.most_at_once, len(known))
        if time.monotonic() >= until and (not known or time.monotonic() >= until + settle_seconds):
            break
        for _one in range(min(at_once - len(known), 5) if time.monotonic() < until else 0):
            mine.add(_submit(setting, next(numbers), steps))
            told.begun += 1
        time.sleep(0.5)
    rows = Run.objects.filter(pk__in=mine).order_by().values_list("state").annotate(count=Count("pk"))
    told.states = dict(rows)
    connection.close()


def _submit(setting: Setting, number: int, steps: int) -> Any:
    from mlops.formats.pipeline import Edge, Node, PipelineSpec
    from mlops.pipelines.actions import submit

    names = [f"n{place}" for place in range(steps)]
    spec = PipelineSpec(
        nodes=(
            Node(id="data", component="enter_data_manually", version="1",
                 parameters={"data_format": "csv", "has_header": True, "data": f"a,b\n{number},2\n3,4\n"}),
            *(Node(id=name, component="select_columns_in_dataset", version="1",
                   parameters={"select_columns": {"mode": "rules", "begin_with": "all"}}) for name in names),
        ),
        edges=tuple(
            Edge(source=feeder, source_port="dataset" if feeder == "data" else "results_dataset", target=name,
                 target_port="dataset")
            for name, feeder in zip(names, ["data", *names[:-1]], strict=True)
        ),
    )  # fmt: skip
    return submit(setting.actor, setting.project, spec=spec, experiment="load runs").pk
