from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAY = "from mlops.server.first_process import stay_behind; import os, signal, sys, time; stay_behind(); "


def _started(act: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", STAY + act]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_it_ends_as_its_child_does() -> None:
    assert _started("sys.exit(3)").wait(20) == 3


def test_a_signal_reaches_the_child_which_ends_in_its_own_way() -> None:
    process = _started("signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); print('up', flush=True); time.sleep(20)")
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 7


def test_a_child_that_was_killed_is_told_as_shells_do() -> None:
    assert _started("os.kill(os.getpid(), signal.SIGKILL)").wait(20) == 137
