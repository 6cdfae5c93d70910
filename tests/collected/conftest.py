"""An endpoint with a deployment that collects."""

from __future__ import annotations

import msgspec
import pytest
from django.utils import timezone

from mlops.deployments.actions import create_endpoint
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.collection import CollectionSettings
from mlops.formats.deployment import DeploymentSettings
from tests.registry.shelf import registered


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project)


@pytest.fixture
def endpoint(contributor, project) -> Endpoint:
    return create_endpoint(contributor, project, name="prices")


@pytest.fixture
def make(endpoint, version):
    def deployment(name: str, **collection) -> Deployment:
        settings = DeploymentSettings(collection=CollectionSettings(is_enabled=True, **collection))
        return Deployment.objects.create(
            endpoint=endpoint,
            name=name,
            version=version,
            entry="onnx",
            state="healthy",
            state_since=timezone.now(),
            settings=msgspec.to_builtins(settings),
        )

    return deployment


@pytest.fixture
def blue(make) -> Deployment:
    return make("blue")
