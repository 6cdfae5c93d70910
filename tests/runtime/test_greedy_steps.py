"""Steps that take more of the machine than they may, or leave processes behind: ended, with the reason."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from mlops.formats.step import Limits
from tests.runtime.conftest import ended, said

RETURN = "return dataframe1,"


def alive(folder: Path) -> list[int]:
    """Processes whose current directory is below the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd().startswith(str(folder)):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def none_left(folder: Path, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while alive(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_a_fork_bomb_is_stopped_and_leaves_nothing(runner, script, tmp_path):
    bomb = ("import os", "while True:", "    try: os.fork()", "    except OSError: pass")
    step = runner.start(script(*bomb, limits=Limits(processes=20)))
    error = ended(step, 60).error
    assert error is not None
    assert (error.code, "20 processes" in error.message) == ("too_many_processes", True)
    assert none_left(tmp_path)


def test_a_bomb_of_daemons_in_sessions_of_their_own_is_stopped_as_well(runner, script, tmp_path):
    shell = "while :; do setsid sleep 600 & done"
    bomb = ("import subprocess, time", f"subprocess.Popen(['sh', '-c', {shell!r}], start_new_session=True)")
    step = runner.start(script(*bomb, "time.sleep(60)", limits=Limits(processes=20)))
    error = ended(step, 60).error
    assert error is not None
    assert error.code == "too_many_processes"
    assert none_left(tmp_path)


def test_a_daemon_does_not_outlive_its_step(runner, script, tmp_path):
    twice = "if os.fork() == 0: os.setsid(); os.fork() and os._exit(0); os.execvp('sleep', ['sleep', '600'])"
    step = runner.start(script("import os, time", twice, "time.sleep(0.5)", RETURN, limits=Limits(processes=20)))
    assert ended(step).state == "completed"
    assert none_left(tmp_path)


def test_a_daemon_does_not_outlive_its_step_without_a_control_group(runner, script, tmp_path):
    step = runner.start(script("import os", "os.system('setsid sleep 600 &')", RETURN, limits=Limits()))
    assert ended(step).state == "completed"
    assert none_left(tmp_path)


@pytest.mark.parametrize(
    "flood",
    [
        "for n in range(10**6): open(str(n), 'wb').write(bytes(10**6))",
        "f = open('one', 'wb')\n    while True: f.write(bytes(10**6))",
        "import os\n    while True: os.write(1, bytes(10**6))",
    ],
)
def test_a_disk_flood_is_stopped(runner, script, flood):
    limits = Limits(disk_bytes=30_000_000, file_bytes=30_000_000)
    error = ended(runner.start(script(flood, RETURN, limits=limits)), 60).error
    assert error is not None
    assert error.code in ("too_much_disk", "file_too_large", "script_failed"), error
    assert any(words in error.message for words in ("GB", "larger", "File too large")), error


def test_a_step_is_stopped_before_the_disk_is_full(runner, script):
    limits = Limits(free_bytes=10**18)
    error = ended(runner.start(script("import time; time.sleep(60)", limits=limits)), 30).error
    assert error is not None
    assert error.code == "disk_full"


def test_memory_counts_for_all_that_a_step_started(runner, script):
    hold = "import subprocess, sys, time; s = 'x = bytearray(300_000_000); import time; time.sleep(60)'"
    several = "p = [subprocess.Popen([sys.executable, '-c', s]) for _ in range(4)]; time.sleep(60)"
    error = ended(runner.start(script(hold, several, limits=Limits(memory_bytes=1_000_000_000))), 60).error
    assert error is not None
    assert error.code == "out_of_memory"


def test_an_honest_step_under_all_limits_completes(runner, script):
    limits = Limits(processes=50, disk_bytes=10**9, file_bytes=10**9, free_bytes=1, memory_bytes=4_000_000_000)
    step = runner.start(script("import subprocess; subprocess.run(['echo', 'fine'])", RETURN, limits=limits))
    assert ended(step).state == "completed"
    assert "fine" in said(step)
