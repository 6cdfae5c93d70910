"""Imports survive their worker: leases run out, somebody else takes over, and three times is enough."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import msgspec
import psutil
import pytest
from django.conf import settings
from django.utils import timezone

from mlops.datasets import importing
from mlops.datasets.models import DatasetVersion
from tests.datasets.people import made

pytestmark = pytest.mark.django_db


def test_a_version_in_other_hands_is_left_alone(contributor, project):
    version = made(contributor, project)
    DatasetVersion.objects.filter(pk=version.pk).update(lease_until=timezone.now() + timedelta(seconds=20))
    assert importing.import_version(version.pk) is False
    assert not importing.waiting().exists()


def test_a_lease_that_ran_out_is_taken_over(contributor, project):
    version = made(contributor, project)
    past = timezone.now() - timedelta(seconds=1)
    DatasetVersion.objects.filter(pk=version.pk).update(lease_until=past, attempts=1)
    assert importing.import_version(version.pk) is True
    version.refresh_from_db()
    assert (version.state, version.attempts) == ("ready", 2)


def test_after_three_lost_workers_it_fails_and_says_so(contributor, project):
    version = made(contributor, project)
    past = timezone.now() - timedelta(seconds=1)
    DatasetVersion.objects.filter(pk=version.pk).update(lease_until=past, attempts=3)
    assert importing.import_version(version.pk) is False
    assert importing.give_up() == 1
    version.refresh_from_db()
    assert version.state == "failed"
    assert "interrupted 3 times" in version.reason
    assert version.hint


def test_a_late_worker_does_not_overwrite_its_successor(contributor, project):
    version = made(contributor, project)
    stale = importing._claim(version.pk)
    DatasetVersion.objects.filter(pk=version.pk).update(lease_until=None)
    importing.import_version(version.pk)
    importing._fail(stale, importing.Refusal("late", "too late"))
    version.refresh_from_db()
    assert version.state == "ready"


def test_nothing_is_left_in_the_work_folder(contributor, project, data_dir):
    version = made(contributor, project)
    importing.import_version(version.pk)
    assert list((data_dir / "imports").iterdir()) == []


def test_the_child_dies_with_its_parent(tmp_path):
    fifo = tmp_path / "never"
    os.mkfifo(fifo)
    order = msgspec.json.encode({"path": str(fifo)}).decode()
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "c = subprocess.Popen([sys.executable, '-m', 'mlops.datasets.reading', 'rows'], stdin=subprocess.PIPE)\n"
            f"c.stdin.write({order!r}.encode() + b'\\n'); c.stdin.flush(); print(c.pid, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
    )
    child = int(parent.stdout.readline())
    assert psutil.pid_exists(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 20
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
