"""A cluster whose pods tests move, and who sets it up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mlops.accounts.actions import create_first_administrator
from mlops.deployments import tasks
from tests.deployments.kubernetes.cluster import FakeCluster
from tests.registry.shelf import registered


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster() as fake:
        yield fake


@pytest.fixture
def administrator(db) -> Any:
    return create_first_administrator("a long passphrase")[0]


@pytest.fixture
def version(contributor, project) -> Any:
    return registered(contributor, project)


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    """The worker watches a start for 20 s; here nothing moves before the test moves it."""
    monkeypatch.setattr(tasks, "WATCHED_SECONDS", 0.0)
