"""Root without root's powers: every capability is given up, so that file modes and owners hold again.

Of the calling thread and what it starts. Source: capabilities(7), capset(2)."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

PR_CAPBSET_DROP = 24
VERSION_3 = 0x20080522
CAPSET = {"x86_64": 126, "aarch64": 91, "riscv64": 91, "ppc64le": 184, "s390x": 185}
MOST_CAPABILITIES = 64


def drop_capabilities() -> bool:
    """Whether the thread had any to give up."""
    number = CAPSET.get(platform.machine())
    if number is None or not _held():
        return False
    library = ctypes.CDLL(None, use_errno=True)
    for capability in range(MOST_CAPABILITIES):
        if library.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            break  # the kernel knows no more of them, or we may not
    header = ctypes.create_string_buffer(struct.pack("Ii", VERSION_3, 0))
    nothing = ctypes.create_string_buffer(struct.pack("6I", *[0] * 6))
    if library.syscall(ctypes.c_long(number), header, nothing):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def _held() -> bool:
    with open("/proc/thread-self/status", encoding="ascii", errors="replace") as status:
        lines = dict(line.split(":", 1) for line in status if line.startswith("Cap"))
    return int(lines.get("CapPrm", "0").strip(), 16) != 0
