"""An administrator, and runs that wait."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.runs.models import Experiment, Run, Step


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def queued(project, contributor):
    """A run that would stay running once it has begun, for its one step is carried out by nobody."""
    experiment = Experiment.objects.create(project=project, name="first")
    node = {"id": "a", "component": "enter_data_manually", "version": "1.0.0"}

    def made(number: int, **fields) -> Run:
        run = Run.objects.create(
            project=project, experiment=experiment, number=number, spec={"nodes": [node], "edges": []},
            display_name="x", state_since=timezone.now(), created_by=contributor, **fields,
        )  # fmt: skip
        Step.objects.create(
            run=run, node="a", title="a", component="x", version="1", state="running", state_since=timezone.now()
        )
        return run

    return made
