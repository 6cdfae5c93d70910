"""Structs that threads may use at once."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys, threading
sys.setswitchinterval(1e-6)
import msgspec
from mlops.formats.readied import ready_structs

def made():
    class Inner(msgspec.Struct, frozen=True):
        x: int = 0

    class Outer(msgspec.Struct, frozen=True):
        one: Inner | None = None
        several: tuple[Inner, ...] = ()

    return Outer

for _turn in range(200):
    kind = made()
    ready_structs()
    threads = [threading.Thread(target=msgspec.convert, args=({"one": {"x": 1}}, kind)) for _thread in range(8)]
    [one.start() for one in threads]
    [one.join() for one in threads]
"""


def test_threads_that_use_a_struct_for_the_first_time_at_once_crash_nothing() -> None:
    assert subprocess.run([sys.executable, "-c", PROGRAM], timeout=60).returncode == 0
