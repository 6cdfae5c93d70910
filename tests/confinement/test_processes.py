"""What a confined program can do to other processes, and which privileges it has left."""

from __future__ import annotations

import os
import socket


def test_it_reads_no_memory_and_no_environment_of_others(confined):
    for name in ("environ", "mem", "maps", "cwd/", "root/", "fd/0"):
        status, said = confined(
            "ls" if name.endswith("/") else "readlink" if "fd" in name else "cat", f"/proc/{os.getpid()}/{name}"
        )
        assert status != 0, (name, said)


def test_it_signals_nobody_but_its_own(confined):
    for number in (0, 15, 9):
        status, said = confined(f"import os; os.kill({os.getpid()}, {number})")
        assert "PermissionError" in said, (status, said)
    own = "import subprocess as s; p = s.Popen(['sleep', '9']); p.kill(); assert p.wait() == -9"
    assert confined(own)[0] == 0


def test_it_traces_nobody(confined):
    text = f"import ctypes; print(ctypes.CDLL(None).ptrace(16, {os.getpid()}, 0, 0))"
    assert confined(text)[1].strip() == "-1"


def test_it_has_no_privilege_and_gets_none(confined):
    _status, said = confined("cat", "/proc/self/status")
    lines = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
    assert lines["NoNewPrivs"] == "1"
    assert int(lines["CapEff"], 16) == int(lines["CapPrm"], 16) == int(lines["CapInh"], 16) == 0


def test_it_mounts_nothing_even_in_a_namespace_of_its_own(confined, work):
    status, _said = confined("unshare", "-Urm", "mount", "--bind", str(work.parent / "server"), str(work))
    assert status != 0


def test_it_talks_to_no_abstract_socket_of_others(confined):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("\0mlops-secret-door")
        listening.listen(1)
        _status, said = confined("import socket; socket.socket(socket.AF_UNIX).connect('\\0mlops-secret-door')")
    assert "PermissionError" in said


def test_the_one_that_starts_it_keeps_its_own_rights(confined, work):
    confined("pass")
    assert (work.parent / "server" / "secret_key").read_text() == "tell nobody"
