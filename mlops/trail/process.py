"""Which process this is, as rows, leases and numbers name it, and among whose numbers of processes it lives."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

PROC = Path("/proc")


def machine(proc: Path = PROC) -> str:
    """Two processes that say the same see each other's numbers: they share the start of a kernel and a namespace of
    processes. Two containers of one host name, or of one machine, do not. Without /proc: the host name."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink(proc / 'self/ns/pid')}"
    except OSError:
        return socket.gethostname()


MACHINE = machine()

PROCESS = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(3)}"
"""Of this one start: neither another container with the same host name nor the next start of this one, which may have
the same number, takes what this one holds for its own."""
