"""What a machine has for steps, and the labels that it is given."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mlops.formats.labels import read_labels, written_labels
from mlops.formats.refusal import Refusal
from mlops.trail.process import MACHINE
from mlops.work import pulse
from mlops.work.capacity import found
from mlops.work.models import Worker
from tests.work.rows import worker


def test_a_machine_knows_its_processors_and_its_memory():
    here = found()
    assert here.cpus > 0
    assert here.memory_bytes > 2**20


def test_gpus_that_are_said_are_not_looked_for():
    assert found(gpus=4).gpus == 4


def test_labels_are_read_and_written_alike():
    labels = read_labels("zone=a, gpu")
    assert labels == {"zone": "a", "gpu": ""}
    assert written_labels(labels) == "gpu,zone=a"


def test_a_label_without_a_name_is_refused():
    with pytest.raises(Refusal, match="no label"):
        read_labels("=a")


@pytest.mark.django_db
def test_rows_of_killed_processes_of_this_machine_end():
    own = {"host": socket.gethostname(), "machine": MACHINE}
    worker("lost", **own, pid=2**22 + 1)
    worker("reborn", **own, pid=os.getpid(), started_at=timezone.now() - timedelta(days=9))
    worker("alive", **own, pid=os.getpid())
    worker("elsewhere", machine="another", pid=2**22 + 1)
    pulse.end_lost()
    assert set(Worker.objects.exclude(ended_at=None).values_list("name", flat=True)) == {"lost", "reborn"}


@pytest.mark.django_db
def test_a_container_with_the_same_host_name_is_another_machine_except_where_there_is_but_one():
    twin = worker("twin", host=socket.gethostname(), machine="another", pid=2**22 + 1)
    pulse.end_lost()
    twin.refresh_from_db()
    assert bool(twin.ended_at) == (connection.vendor == "sqlite")


@pytest.mark.django_db
def test_only_processes_of_this_machine_are_known_to_be_gone():
    worker("lost", machine=MACHINE, pid=2**22 + 1)
    worker("long alive", machine=MACHINE, pid=os.getpid(), started_at=timezone.now() - timedelta(days=9))
    worker("elsewhere", machine="another", pid=2**22 + 1)
    assert pulse.gone_from_here(["lost", "long alive", "elsewhere", "never heard of"]) == {"lost": 2**22 + 1}
