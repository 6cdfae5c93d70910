"""Runs with metrics, and an endpoint that collected three rows; read over HTTP as a report would."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mlops.collected import labels, tasks
from mlops.runs.models import Experiment, LatestMetric, Run
from tests.collected.conftest import blue, endpoint, make, version
from tests.collected.spooled import NOON, recorded, spooled

__all__ = ["blue", "endpoint", "make", "version"]


@pytest.fixture
def runs(project, contributor) -> list[Run]:
    experiment = Experiment.objects.create(project=project, name="trees")
    made = []
    for number, state in enumerate(("completed", "failed", "completed"), start=101):
        run = Run.objects.create(
            project=project,
            experiment=experiment,
            number=number,
            display_name=f"Tree {number}" if number != 102 else "it's = broken",
            spec={},
            spec_digest="",
            state=state,
            state_since=timezone.now(),
            created_by=contributor if number != 103 else None,
        )
        Run.objects.filter(pk=run.pk).update(created_at=NOON + timedelta(days=number - 101))
        LatestMetric.objects.create(run=run, key="auc", value=number / 200, at=timezone.now())
        made.append(run)
    return made


@pytest.fixture
def rows(blue, endpoint, contributor) -> None:
    """Three rows in two requests, of two days; one has a label."""
    two = {"inputs": {"power": [90, 100], "make": ["=1+1", None]}, "predictions": {"price": [1.5, 2.5]}}
    spooled(blue, recorded(blue, request_id="r1", correlation_id="c1", parts=two))
    spooled(blue, recorded(blue, request_id="r2", at=NOON + timedelta(days=1)))
    tasks.look()
    labels.post_rows(contributor, endpoint, rows=[{"request_id": "r1", "row": 1, "price": 3}])
    tasks.look()


@pytest.fixture
def ask(contributor):
    """The feed's answer as JSON."""
    client = Client()
    client.force_login(contributor)

    def get(path: str, status: int = 200, **query: str):
        response = client.get(path if path.startswith("http") else f"/odata/v1/{path}", query or None)
        assert response.status_code == status, response.content
        return json.loads(response.content)

    return get
