"""Processes that descend from one, and the groups that hold them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from mlops.confinement.family import descendants, end_descendants, memory_bytes, tasks_of
from mlops.confinement.groups import home, make_group


def wait_for(count: int, pid: int) -> list[int]:
    deadline = time.monotonic() + 20
    while len(found := descendants(pid)) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


@pytest.fixture
def parent():
    """With a child and a grandchild in a session of its own."""
    with subprocess.Popen(
        ["sh", "-c", "setsid sh -c 'sleep 600; :' & sleep 600; :"], start_new_session=True
    ) as process:
        yield process.pid
        end_descendants(process.pid)
        process.kill()


def test_descendants_are_found_in_all_sessions(parent):
    assert len(wait_for(3, parent)) == 3
    assert memory_bytes(descendants(parent), least=0) >= 0
    assert tasks_of(os.getuid()) > 3


def test_they_are_ended_but_those_that_are_spared(parent):
    first = wait_for(3, parent)[0]
    spared = {first, *descendants(first)}
    assert end_descendants(parent, spared=frozenset({first})) == 3 - len(spared)
    assert all(os.path.exists(f"/proc/{pid}/exe") for pid in spared)
    for pid in spared:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(home() is None, reason="no control group can be made here")
def test_a_group_bounds_the_number_of_its_tasks_and_is_ended_whole():
    group = make_group(f"{os.getpid()}-test", tasks=5)
    assert group is not None
    text = "import os, sys; sys.stdin.read(1)\nfor n in range(9): os.fork() == 0 and __import__('time').sleep(600)"
    with subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        (group._folder / "cgroup.procs").write_text(str(process.pid))
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.close()
        assert process.wait(20) == 1
        assert len(group._pids()) <= 5
        group.remove()
    assert not group._folder.exists()
