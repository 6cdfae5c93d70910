"""Steps in processes of their own, as their worker sees them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from mlops.formats.profile import TableProfile
from mlops.formats.refusal import Refusal
from mlops.formats.step import REPORT_FILE, Limits
from mlops.runtime.runner import FOLDER, Runner, remove_left_folders
from tests.runtime.conftest import ended, said

RETURN = "return dataframe1,"


def test_a_step_completes_and_leaves_its_output_with_a_profile(runner, script):
    step = runner.start(script("dataframe1['b'] = dataframe1['a'] * 2", RETURN))
    report = ended(step)
    assert report.state == "completed", report.error
    assert report.cpu_seconds > 0
    assert report.peak_memory_bytes > 10_000_000
    profile = msgspec.json.decode(
        Path(step.order.outputs["result_dataset"], "profile.json").read_bytes(), type=TableProfile
    )
    assert [column.name for column in profile.columns] == ["a", "b"]


def test_what_a_script_prints_is_told_with_what_the_component_logs(runner, script):
    step = runner.start(script("print('hello')", "import sys", "print('oops', file=sys.stderr)", RETURN))
    ended(step)
    lines = said(step)
    assert lines[:2] == ["hello", "oops"]
    assert "4 rows" in lines[-1]


def test_output_of_programs_that_a_script_starts_is_told(runner, script):
    step = runner.start(script("import subprocess", "subprocess.run(['echo', 'from below'])", RETURN))
    ended(step)
    assert "from below" in said(step)


def test_a_failing_script_is_told_with_its_line(runner, script):
    step = runner.start(script("x = 1", "return dataframe1['nowhere'],"))
    error = ended(step).error
    assert error is not None
    assert (error.code, error.where.node, error.where.row) == ("script_failed", "script", 3)
    assert "nowhere" in error.message


def test_a_fault_of_ours_is_told_as_such_with_its_traceback(runner, script, tmp_path):
    order = msgspec.structs.replace(script(RETURN), outputs={"result_dataset": "/proc/nowhere/out"})
    step = runner.start(order)
    error = ended(step).error
    assert error is not None
    assert error.code == "internal"
    assert "Traceback" in error.traceback
    assert any("Traceback" in line for line in said(step))


def test_a_script_that_wants_too_much_memory_is_told_what_to_do(runner, script):
    limits = Limits(memory_bytes=1_500_000_000)
    step = runner.start(script("import numpy", "kept = numpy.ones(10**9)", RETURN, limits=limits))
    error = ended(step).error
    assert error is not None
    assert "llocate" in error.message or "memory" in error.message


def test_polars_out_of_memory_is_told_in_plain_words(runner, script):
    limits = Limits(memory_bytes=1_500_000_000)
    big = "import polars; polars.DataFrame({'x': polars.arange(0, 10**9, eager=True)}).sort('x', descending=True)"
    error = ended(runner.start(script(big, RETURN, limits=limits))).error
    assert error is not None
    assert error.code == "out_of_memory", error


def test_a_step_killed_from_outside_is_told_as_want_of_memory(runner, script):
    step = runner.start(script("import time; time.sleep(60)", RETURN))
    os.kill(step.pid, signal.SIGKILL)
    error = ended(step).error
    assert error is not None
    assert error.code == "killed"
    assert "memory" in error.message


def test_a_step_that_cannot_report_for_want_of_space_says_so(runner, script, tmp_path):
    order = script(RETURN)
    (tmp_path / "work" / REPORT_FILE).with_suffix(".part").symlink_to("/dev/full")
    error = ended(runner.start(order)).error
    assert error is not None
    assert error.code == "disk_full"


def test_a_table_for_which_the_disk_has_no_room_is_no_fault_of_the_product(runner, script, tmp_path):
    """Polars tells of it as an error of its own."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "data.parquet").symlink_to("/dev/full")
    error = ended(runner.start(script(RETURN))).error
    assert error is not None
    assert error.code == "disk_full", error


def test_a_crash_keeps_what_was_said_before(runner, script):
    step = runner.start(script("import os", "os.write(2, b'the last words\\n')", "os.abort()"))
    error = ended(step).error
    assert error is not None
    assert error.code == "crashed"
    assert "the last words" in error.message
    assert "the last words" in said(step)


def test_a_step_beyond_its_time_is_stopped(runner, script):
    step = runner.start(script("import time; time.sleep(60)", RETURN, limits=Limits(wall_seconds=0.5)))
    error = ended(step, 5).error
    assert error is not None
    assert error.code == "too_slow"


def test_killing_a_step_ends_what_it_started(runner, script, tmp_path):
    note = tmp_path / "work" / "pid"
    body = ("import subprocess, time", "p = subprocess.Popen(['sleep', '60'])")
    step = runner.start(script(*body, f"open({str(note)!r}, 'w').write(str(p.pid))", "time.sleep(60)"))
    while not (note.exists() and note.read_text()):
        time.sleep(0.05)
    step.kill()
    assert _gone(int(note.read_text()))
    assert _gone(step.pid)


def test_what_a_step_leaves_behind_ends_with_it(runner, script, tmp_path):
    body = ("import subprocess", "p = subprocess.Popen(['sleep', '60'])")
    step = runner.start(script(*body, "open('pid', 'w').write(str(p.pid))", RETURN))
    assert ended(step).state == "completed"
    assert _gone(int((tmp_path / "work" / "pid").read_text()))


def test_steps_run_side_by_side(runner, script, tmp_path_factory):
    first = script("import time; time.sleep(0.4)", RETURN)
    folder = tmp_path_factory.mktemp("second")
    second = msgspec.structs.replace(first, work_dir=str(folder), outputs={"result_dataset": str(folder / "out")})
    began = time.monotonic()
    steps = [runner.start(order) for order in (first, second)]
    assert all(ended(step).state == "completed" for step in steps)
    assert time.monotonic() - began < 3


def test_a_step_sees_no_secret_of_the_server(script, monkeypatch):
    monkeypatch.setenv("MLOPS_SECRET_KEY", "very secret")
    runner = Runner()
    try:
        step = runner.start(script("import os", "print(sorted(os.environ))", RETURN))
        assert ended(step).state == "completed"
        told = "".join(said(step))
        assert "PATH" in told
        assert "MLOPS_SECRET_KEY" not in told
    finally:
        runner.stop()


def test_a_dead_zygote_loses_its_step_and_the_next_one_has_a_new_zygote(script, tmp_path_factory):
    runner = Runner()
    try:
        order = script("import time; time.sleep(60)", RETURN)
        step = runner.start(order)
        psutil.Process(step.pid).parent().kill()
        with pytest.raises(Refusal) as refused:
            ended(step)
        assert refused.value.code == "step_lost"
        assert _gone(step.pid)
        folder = tmp_path_factory.mktemp("again")
        again = msgspec.structs.replace(
            order, work_dir=str(folder), parameters={"python_script": "def azureml_main(a, b):\n    return a,"}
        )
        assert ended(runner.start(again)).state == "completed"
    finally:
        runner.stop()


def test_kill_9_of_the_worker_leaves_no_process_behind(script, tmp_path):
    (tmp_path / "order.json").write_bytes(msgspec.json.encode(script("import time; time.sleep(60)", RETURN)))
    worker = (
        "import sys, time, msgspec; from mlops.formats.step import StepOrder; from mlops.runtime.runner import Runner;"
        "step = Runner().start(msgspec.json.decode(open(sys.argv[1], 'rb').read(), type=StepOrder));"
        "print(step.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", worker, str(tmp_path / "order.json")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        zygote = psutil.Process(pid).ppid()
        process.kill()
    assert _gone(pid)
    assert _gone(zygote)


def test_a_worker_that_stands_still_has_no_step_when_it_wakes(script, tmp_path):
    (tmp_path / "order.json").write_bytes(msgspec.json.encode(script("import time; time.sleep(60)", RETURN)))
    worker = (
        "import sys, time, msgspec; from mlops.formats.step import StepOrder; from mlops.runtime.runner import Runner;"
        "runner = Runner(silent_seconds=4);"
        "step = runner.start(msgspec.json.decode(open(sys.argv[1], 'rb').read(), type=StepOrder));"
        "print(step.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", worker, str(tmp_path / "order.json")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        assert not _gone(pid, seconds=5)  # while it gives signs of life
        process.send_signal(signal.SIGSTOP)
        assert _gone(pid, seconds=15)
        process.kill()


def _gone(pid: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_folders_of_zygotes_that_were_killed_are_removed(tmp_path):
    left, starting, answering = (tmp_path / f"{FOLDER}{name}" for name in ("left", "starting", "answering"))
    for folder in (left, starting, answering):
        folder.mkdir()
    with socket.socket(socket.AF_UNIX) as gone, socket.socket(socket.AF_UNIX) as there:
        gone.bind(str(left / "zygote"))
        there.bind(str(answering / "zygote"))
        there.listen(1)
        gone.close()
        remove_left_folders(tmp_path)
    assert (left.exists(), starting.exists(), answering.exists()) == (False, True, True)
