"""What processes on several machines know together by the database."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from mlops.access import maintenance, same_key
from mlops.access.models import ServerFact
from mlops.administration.maintenance import begin, end
from mlops.deployments.targets.docker import engines_used
from mlops.deployments.targets.docker.engines import Engine
from mlops.deployments.targets.process import ProcessTarget
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(settings, tmp_path):
    """What comes next happens on a machine with a data directory of its own."""

    def be(name: str) -> None:
        (tmp_path / name).mkdir(exist_ok=True)
        settings.DATA_DIR = tmp_path / name

    return be


@pytest.fixture
def shared(monkeypatch):
    monkeypatch.setattr(same_key.connection, "vendor", "postgresql")


def test_maintenance_is_known_on_every_machine(other, admin_user):
    other("a")
    begin(admin_user, reason="New disks", until="2h")
    assert maintenance.current() is not None
    other("b")
    maintenance.bring_up_to_date()
    found = maintenance.current()
    assert found is not None
    assert found.reason == "New disks"
    end(admin_user)
    other("a")
    maintenance.bring_up_to_date()
    assert maintenance.current() is None


def test_a_file_of_an_older_version_stays_until_somebody_says_otherwise(other):
    other("a")
    maintenance.place().write_text('{"reason": "Upgrade", "by": "admin", "since": "2026-05-01T10:00:00Z"}')
    maintenance.bring_up_to_date()
    assert maintenance.current() is not None


def test_a_process_with_another_secret_key_is_refused(shared, settings):
    same_key.require_same_key()
    settings.SECRET_KEY = "another"
    with pytest.raises(Refusal) as refused:
        same_key.require_same_key()
    assert refused.value.code == "secret_key_differs"
    call_command("newkey")
    same_key.require_same_key()
    assert "another" not in str(ServerFact.objects.get().value)


def test_engines_are_known_to_every_worker(other):
    engine = Engine(url="tcp://far:2376")
    other("a")
    engines_used.note(engine)
    other("b")
    assert engines_used.engines_used() == (engine,)
    engines_used.forget(engine)
    assert engines_used.engines_used() == ()


def test_processes_are_refused_where_routers_are_elsewhere(settings):
    settings.ROUTER_TOKEN = "right"
    assert not ProcessTarget().available({}).is_usable
    with pytest.raises(Refusal) as refused:
        ProcessTarget().check(DeploymentSettings())
    assert refused.value.code == "process_not_reached"
    settings.DATA_DIR_SHARED = True
    ProcessTarget().check(DeploymentSettings())
