"""Who holds a lease is one start of one process, also among containers that are called the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from mlops.trail.process import MACHINE, PROCESS, machine


def test_containers_of_one_kernel_are_machines_of_their_own(tmp_path: Path):
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    (tmp_path / "self/ns").mkdir(parents=True)
    (tmp_path / "sys/kernel/random/boot_id").write_text("a-boot\n")
    (tmp_path / "self/ns/pid").symlink_to("pid:[7]")
    assert machine(tmp_path) == "a-boot pid:[7]"


def test_another_process_of_this_machine_says_the_same_machine_and_another_name():
    script = "from mlops.trail.process import MACHINE, PROCESS; print(MACHINE, PROCESS, sep='\\n')"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[0] == MACHINE
    assert told.splitlines()[1].rpartition(":")[0] != PROCESS.rpartition(":")[0]
    assert told.splitlines()[1].rpartition(":")[2] != PROCESS.rpartition(":")[2]
    assert str(os.getpid()) in PROCESS.split(":")
