from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deployments.kubernetes.cluster import FakeCluster


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster() as fake:
        yield fake
