"""Receivers of deliveries, on this machine, which an administrator has allowed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.alerts.mailbox import Mailbox, running_mailbox
from tests.alerts.sink import Sink, running_sink


@pytest.fixture(autouse=True)
def events_of_any_form(settings, db) -> None:
    """Rules are tried with events that have only the members which the rule asks for."""
    settings.CHECK_EVENTS = False


@pytest.fixture
def loopback_allowed(settings) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = "127.0.0.0/8"


@pytest.fixture
def sink(loopback_allowed) -> Iterator[Sink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    with running_mailbox() as mailbox:
        settings.SMTP_URL = mailbox.url
        yield mailbox


@pytest.fixture
def quiet_project(project):
    """Without the rules that a new project begins with."""
    from mlops.alerts.models import Rule
    from mlops.alerts.rules.listening import read_events

    while read_events():
        pass
    Rule.objects.filter(project=project).delete()
    return project
