"""Looks become rows: what changed is kept, what stays bad is told once, and pages wait for nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.administration.health import looking
from mlops.administration.health.finding import Finding
from mlops.administration.health.parts import BY_KEY, Part, looked_at
from mlops.administration.health.report import health, troubles
from mlops.administration.models import HealthChange, HealthPart
from mlops.events.models import Event
from tests.work.rows import worker

pytestmark = pytest.mark.django_db
FULL = Finding(state="bad", why="Less than 2 GiB of the disk is free.", what="here", remedy="Make room.")


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def disk() -> Part:
    HealthPart.objects.create(key="disk")
    return BY_KEY["disk"]


def told() -> list[str]:
    return list(Event.objects.filter(subject="server/disk").order_by("seq").values_list("type", flat=True))


def test_what_is_bad_for_two_looks_is_told_once_and_so_is_that_it_is_well(disk):
    looking.note(disk, [FULL])
    assert told() == []
    looking.note(disk, [FULL])
    looking.note(disk, [FULL])
    looking.note(disk, [])
    assert told() == ["mlops.server.health_bad", "mlops.server.health_well"]


def test_what_mends_itself_at_the_next_look_wakes_nobody(disk):
    looking.note(disk, [FULL])
    looking.note(disk, [])
    looking.note(disk, [FULL])
    assert told() == []
    assert HealthChange.objects.count() == 3


def test_it_says_since_when_and_what_changed(disk, administrator):
    before = timezone.now() - timedelta(hours=2)
    looking.note(disk, [FULL], before)
    looking.note(disk, [FULL])
    line = next(one for one in health(administrator).parts if one.key == "disk")
    assert (line.state, line.since, line.findings[0].remedy) == ("bad", before, "Make room.")
    assert line.findings[0].since == before
    (change,) = health(administrator).changes
    assert (change.part, change.state, change.why) == ("disk", "bad", FULL.why)


def test_only_one_of_many_workers_looks():
    looking.look()
    first = HealthPart.objects.get(key="backups").looked_at
    looking.look()
    assert HealthPart.objects.get(key="backups").looked_at == first


def test_all_parts_are_looked_at_and_none_breaks():
    worker()
    looking.look(at_once=True)
    broken = [row.key for row in HealthPart.objects.all() if any("looked at" in one["why"] for one in row.findings)]
    assert (HealthPart.objects.count(), broken) == (len(BY_KEY), [])


def test_a_look_that_breaks_says_why():
    def breaks() -> list[Finding]:
        raise OSError("the shelf is gone")

    (found,) = looked_at(Part(key="x", title="x", look=breaks))
    assert (found.state, "the shelf is gone" in found.why) == ("bad", True)


def test_without_a_worker_it_says_that_nobody_looks(administrator):
    looking.look(at_once=True)
    HealthPart.objects.update(looked_at=timezone.now() - timedelta(days=1))
    found = {one.key: one for one in health(administrator).parts}
    assert found["disk"].state == "unknown"
    assert found["workers"].state == "bad"
    assert "starts one" in found["workers"].findings[0].remedy


def test_administrators_see_on_their_first_page_what_is_bad(disk, administrator, client):
    from mlops.accounts.membership import create_project

    create_project(administrator, name="Churn", slug="churn")
    for _ in range(2):
        looking.note(disk, [FULL])
    client.force_login(administrator)
    assert "Less than 2 GiB" in client.get("/").content.decode()
    assert [one.key for one in troubles()] == ["disk"]


def test_what_is_old_is_forgotten(disk):
    looking.note(disk, [FULL], timezone.now() - timedelta(days=30))
    looking.note(disk, [])
    looking.forget_old()
    assert HealthChange.objects.count() == 1


def test_the_page_tells_it_in_the_readers_language(disk, administrator, client):
    looking.note(disk, BY_KEY["backups"].look())
    client.force_login(administrator)
    page = client.get("/system/health/", headers={"Accept-Language": "de"}).content.decode()
    assert "No backup was ever taken" not in page


def test_a_worker_is_asked_to_look_again(administrator, client):
    client.force_login(administrator)
    assert client.post("/system/health/").status_code == 302
    assert client.post("/api/v1/system/health/look/", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 202
