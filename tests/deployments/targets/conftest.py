"""The kinds of target of the conformance suite; each is given a real machine to run on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from mlops.deployments import actions
from mlops.deployments.models import Endpoint
from mlops.registry.models import ModelVersion
from tests.deployments.conftest import plane  # noqa: F401  (a fixture)
from tests.deployments.targets.kinds import Docker, Kind, Process
from tests.registry.shelf import registered

KINDS = ("process", "docker")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    made: Kind = request.getfixturevalue(f"{request.param}_kind")
    return made


@pytest.fixture
def process_kind(plane) -> Process:  # noqa: F811
    return Process(plane)


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Base and environment of images take seconds: every test may share them."""
    return tmp_path_factory.mktemp("images")


@pytest.fixture
def docker_kind(plane, layers: Path, engine: docker.DockerClient, with_engine: str) -> Iterator[Docker]:  # noqa: F811
    (plane / "images").symlink_to(layers)
    kind = Docker(engine)
    kind.clear()
    yield kind
    kind.clear()


@pytest.fixture
def endpoint(contributor: Any, project: Any) -> Endpoint:
    return actions.create_endpoint(contributor, project, name="prices")


@pytest.fixture
def version(contributor: Any, project: Any) -> ModelVersion:
    return registered(contributor, project)
