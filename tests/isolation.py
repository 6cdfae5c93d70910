"""Loaded before the settings (addopts): no test run touches the data directory of a person or of another run."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if not os.environ.get("PYTEST_XDIST_WORKER"):
    _folder = tempfile.mkdtemp(prefix="mlops-tests-")
    os.environ["MLOPS_DATA_DIR"] = _folder
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
