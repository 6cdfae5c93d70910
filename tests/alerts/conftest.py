"""Receivers of deliveries, on this machine, which an administrator has allowed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.alerts.sink import Sink, running_sink


@pytest.fixture
def loopback_allowed(settings) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = "127.0.0.0/8"


@pytest.fixture
def sink(loopback_allowed) -> Iterator[Sink]:
    with running_sink() as sink:
        yield sink
