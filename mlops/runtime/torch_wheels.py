"""Which wheels of PyTorch an environment takes. Those of the plain index bring CUDA along, several GB; PyTorch has an
index of its own for machines without a GPU, which uv reads where it is told a backend.

The lock says the backend in its first line, so that later builds and other workers read the same index."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from mlops import env
from mlops.formats.lock import Locked

SETTING = "MLOPS_TORCH_BACKEND"
FORM = re.compile(r"^# torch-backend: ([a-z0-9.]+)$", re.MULTILINE)
DEVICES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd", "/dev/dxg")
IMPATIENT = {"UV_HTTP_RETRIES": "0", "UV_HTTP_CONNECT_TIMEOUT": "5"}
"""Where nothing leads to PyTorch's index, that is to be known soon."""


def backend_wanted(
    found: Iterable[Locked], options: Iterable[str] = (), environ: Mapping[str, str] = os.environ
) -> str:
    """Empty where the packages as the plain index gives them are right: without PyTorch, where a file's own index or
    uv's setting decides, or for the machine's GPU."""
    versions = {one.name: one.version for one in found}
    if "+" in versions.get("torch", "+") or "://" in versions["torch"]:
        return ""
    if environ.get("UV_TORCH_BACKEND") or any("index" in one or "find-links" in one for one in options):
        return ""
    wanted = env.read(SETTING, environ)
    if wanted == "auto":
        return "" if has_gpu() or sys.platform != "linux" else "cpu"
    return "" if wanted == "off" else wanted


def has_gpu() -> bool:
    return any(Path(device).exists() for device in DEVICES)


def marked(lock: str, backend: str) -> str:
    return f"# torch-backend: {backend}\n{lock}"


def as_arguments(lock: str) -> list[str]:
    """For uv, where the lock names a backend."""
    found = FORM.search(lock)
    return ["--torch-backend", found[1]] if found else []
