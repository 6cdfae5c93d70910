"""What a server uses, with its children."""

from __future__ import annotations

import subprocess
import sys

from mlops.scoring.footprint import footprint


def test_child_processes_count():
    alone = footprint()
    hungry = "kept = bytearray(80_000_000); kept[::4096] = bytes(len(kept[::4096])); print('full', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", hungry], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        both = footprint()
        child.communicate(b"\n")
    assert both.memory_bytes - alone.memory_bytes > 80_000_000
    assert both.cpu_seconds > alone.cpu_seconds > 0


def test_a_process_that_is_gone_uses_nothing():
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    assert footprint(gone.pid) == (0.0, 0)
