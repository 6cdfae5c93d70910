"""Real processes under a real supervisor: started again, stopped together, and gone when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mlops.supervisor import Supervised, Supervisor, kept
from tests.scoring.running import ROOT, is_running, wait_for


def pid_in(path: Path) -> int:
    wait_for(lambda: path.exists() and path.read_text().strip().isdigit())
    return int(path.read_text())


def python(source: str) -> tuple[str, ...]:
    return (sys.executable, "-c", textwrap.dedent(source))


WITH_CHILD = """
    import os, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)"])
    open(sys.argv[1], "w").write(str(child.pid))
    time.sleep(99)
"""


def supervise(folder: Path, *processes: tuple[str, tuple[str, ...]]) -> subprocess.Popen[bytes]:
    """A supervisor in a process of its own."""
    listed = [f"Supervised(name={n!r}, argv={a!r}, log_file=Path({str(folder / n)!r}))" for n, a in processes]
    imports = "from pathlib import Path\nfrom mlops.supervisor import Supervised, Supervisor\n"
    source = f"{imports}Supervisor([{', '.join(listed)}]).run()"
    return subprocess.Popen([sys.executable, "-c", source], cwd=ROOT)


@pytest.fixture
def supervisor(tmp_path):
    started: list[Supervisor] = []

    def make(*processes: Supervised) -> Supervisor:
        started.append(Supervisor(processes, logs_dir=tmp_path))
        started[0].start()
        return started[0]

    yield make
    started[0].stop(3)


def test_all_ready_is_told_and_what_is_not_is_named_with_the_reason(tmp_path, supervisor):
    mark = tmp_path / "mark"
    good = Supervised(
        name="good",
        argv=python(f"import time; open({str(mark)!r}, 'w'); time.sleep(99)"),
        log_file=tmp_path / "good.log",
        ready=mark.exists,
    )
    bad = Supervised(name="bad", argv=python("raise ValueError('no database')"), log_file=tmp_path / "bad.log")
    running = supervisor(good, bad)
    reason = "It ended with exit status 1. ValueError: no database"
    wait_for(lambda: running.wait_until_ready(0.2) == {"bad": reason})
    assert running.wait_until_ready(0.0).keys() <= {"bad"}


def test_a_program_that_does_not_exist_is_named(tmp_path, supervisor):
    nothing = Supervised(name="nothing", argv=("/no/such/program",), log_file=tmp_path / "log")
    assert "No such file" in supervisor(nothing).wait_until_ready(0.2)["nothing"]


def test_a_process_that_dies_is_started_again(tmp_path, supervisor):
    sleeper = Supervised(name="sleeper", argv=python("import time; time.sleep(99)"), log_file=tmp_path / "log")
    running = supervisor(sleeper)
    first = running.pids()["sleeper"]
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: not is_running(first))
    wait_for(lambda: running.wait_until_ready(1) == {} and running.pids()["sleeper"] != first)


def test_how_its_processes_do_is_told_in_the_file_that_was_named(tmp_path):
    told = tmp_path / kept.file_of("here")
    sleeper = Supervised(name="sleeper", argv=python("import time; time.sleep(99)"), log_file=tmp_path / "log")
    running = Supervisor([sleeper], plan_file=tmp_path / "serving-plan.json", kept_file=told, logs_dir=tmp_path)
    running.start()
    try:
        os.kill(running.pids()["sleeper"], signal.SIGKILL)
        wait_for(lambda: running.wait_until_ready(0.2) == {} and json.loads(told.read_text())[0]["restarts"] == 1)
        assert not (tmp_path / kept.FILE).exists()
    finally:
        running.stop(3)


def test_the_environment_is_passed_on(tmp_path, supervisor):
    log = tmp_path / "log"
    argv = python("import os, time; print(os.environ['COLOUR'], flush=True); time.sleep(99)")
    supervisor(Supervised(name="a", argv=argv, log_file=log, env={"COLOUR": "teal"}))
    wait_for(lambda: log.read_text() == "teal\n")


def test_sigterm_stops_everything_with_the_children_of_the_children(tmp_path):
    mark = tmp_path / "pid"
    running = supervise(tmp_path, ("a", (*python(WITH_CHILD), str(mark))))
    grandchild = pid_in(mark)
    running.terminate()
    assert running.wait(9) == 0
    wait_for(lambda: not is_running(grandchild), seconds=2)


def test_a_process_that_ignores_sigterm_is_killed_at_the_deadline(tmp_path, supervisor):
    log = tmp_path / "log"
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(99)"
    running = supervisor(Supervised(name="a", argv=python(stubborn), log_file=log))
    wait_for(lambda: "up" in log.read_text())
    pid = running.pids()["a"]
    began = time.monotonic()
    running.stop(0.5)
    assert not is_running(pid)
    assert time.monotonic() - began < 2


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path):
    mark = tmp_path / "pid"
    argv = python("import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(99)")
    running = supervise(tmp_path, ("a", (*argv, str(mark))))
    child = pid_in(mark)
    running.kill()
    running.wait()
    wait_for(lambda: not is_running(child), seconds=2)


def test_an_idle_supervisor_is_small(tmp_path):
    running = supervise(tmp_path, ("a", python("import time; time.sleep(99)")))
    wait_for((tmp_path / "a").exists)
    status = Path(f"/proc/{running.pid}/status").read_text()
    running.terminate()
    running.wait()
    assert int(status.split("VmRSS:")[1].split()[0]) < 25 * 1024
