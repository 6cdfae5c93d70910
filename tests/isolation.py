"""Loaded before the settings (addopts): no test run touches the data directory of a person or of another run, and none
waits for what it cannot show."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from typing import Any

if not os.environ.get("PYTEST_XDIST_WORKER"):
    _folder = tempfile.mkdtemp(prefix="mlops-tests-")
    os.environ["MLOPS_DATA_DIR"] = _folder
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)

# Threads of learners wait for each other in loops, which costs most where processes share the cores.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


def _written(fd: Any) -> None:
    """No test of this process takes the power away."""


os.fsync = os.fdatasync = _written


def pytest_collection_finish() -> None:
    """What is loaded by then stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
