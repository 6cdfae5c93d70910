"""One store of layers for a test session: base and environment take seconds, and every test may share them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops.packaging.images import engines
from mlops.packaging.images.store import LayerStore


@pytest.fixture(scope="session")
def layers(tmp_path_factory) -> LayerStore:
    return LayerStore(tmp_path_factory.mktemp("layers"))


@pytest.fixture
def docked(engine_url) -> Iterator[engines.Engine]:
    """The product's own hold on the engine."""
    found = engines.connect(engine_url)
    yield found
    found.close()


@pytest.fixture
def folder(tmp_path) -> Path:
    from tests.scoring.folders import price_folder

    return price_folder(tmp_path / "served")
