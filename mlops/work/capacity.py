"""What this machine has for steps: processors, memory and GPUs, as its worker itself finds them."""

from __future__ import annotations

import os
import shutil
import subprocess  # nosec B404
from pathlib import Path

import msgspec

LOOK_SECONDS = 5.0
GROUP = Path("/sys/fs/cgroup")


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    cpus: float
    memory_bytes: int
    gpus: int = 0
    gpu_kind: str = ""


def found(*, gpus: int | None = None) -> Capacity:
    """`gpus`: where it is said instead of looked for."""
    names = [] if gpus is not None else _gpu_names()
    return Capacity(
        cpus=_cpus(),
        memory_bytes=_memory_bytes(),
        gpus=len(names) if gpus is None else gpus,
        gpu_kind=names[0][:100] if names else "",
    )


def _cpus() -> float:
    usable = float(len(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else float(os.cpu_count() or 1)
    quota, _space, period = _group("cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal() and int(period):
        usable = min(usable, round(int(quota) / int(period), 2))
    return usable


def _memory_bytes() -> int:
    import psutil

    total = int(psutil.virtual_memory().total)
    limit = _group("memory.max")
    return min(total, int(limit)) if limit.isdecimal() else total


def _group(name: str) -> str:
    try:
        return (GROUP / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _gpu_names() -> list[str]:
    """As the driver of NVIDIA tells them; no driver, no GPU."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    words = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        said = subprocess.run(words, capture_output=True, text=True, timeout=LOOK_SECONDS, check=True)  # nosec B603
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in said.stdout.splitlines() if line.strip()]
