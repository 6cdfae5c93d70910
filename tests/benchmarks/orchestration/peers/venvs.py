"""Their virtual environments, made once under MLOPS_BENCHMARK_VENVS."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

VENVS = Path(os.environ.get("MLOPS_BENCHMARK_VENVS") or Path(tempfile.gettempdir()) / "mlops-benchmark-venvs")


def bin_of(name: str) -> Path:
    """Raises RuntimeError where it is not installed."""
    found = VENVS / name / "bin"
    if not (found / "python").exists():
        raise RuntimeError(f"`python -m tests.benchmarks.orchestration install` makes the environment of {name} first.")
    return found


def install(name: str, requirements: Iterable[str]) -> bool:
    venv = VENVS / name
    if not (venv / "bin" / "python").exists():
        subprocess.run(["uv", "venv", "-q", "--python", sys.executable, str(venv)], check=True)
    words = ["uv", "pip", "install", "-q", "--python", str(venv / "bin" / "python"), *requirements]
    return subprocess.run(words).returncode == 0
