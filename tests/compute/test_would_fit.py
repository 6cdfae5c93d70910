"""Whether some worker has what a step asks for, before it waits for one."""

from __future__ import annotations

import pytest

from mlops.compute.models import Pool
from tests.work.rows import GIB, worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(client, owner):
    client.force_login(owner)
    return lambda **demand: client.get("/api/v1/workers/fit/", demand).json()


def test_nobody_takes_steps(asked):
    found = asked()
    assert not found["fits"]
    assert found["told"] == "No worker takes steps now."


def test_what_some_worker_has_fits_also_while_it_is_busy(asked):
    worker("small:1")
    worker("large:1", cpus=8.0, total_memory_bytes=64 * GIB, gpus=1, labels={"zone": "a"})
    found = asked(cpus=4, memory_bytes=8 * GIB, gpus=1, labels="zone=a")
    assert found["workers"] == ["large:1"]
    assert found["told"] == "1 worker has all of it: large:1."


def test_what_nobody_has_is_told_with_the_workers_that_there_are(asked):
    worker("small:1")
    found = asked(gpus=1)
    assert not found["fits"]
    assert found["told"].startswith("It asks for 1 GPUs, which no worker has. There are: small:1 (2 processors")


def test_a_pool_counts_and_a_name_that_is_none_is_told(asked):
    worker("small:1")
    Pool.objects.create(name="gpus", labels={"gpu": ""})
    assert not asked(compute="gpus")["fits"]
    strange = asked(compute="elsewhere")
    assert strange["fits"]
    assert strange["hint"] == "There is no pool “elsewhere”: it is not asked for."


def test_an_amount_that_is_none_is_refused(client, owner):
    client.force_login(owner)
    assert client.get("/api/v1/workers/fit/", {"gpus": "many"}).status_code == 400
