"""No library of ours reports to its maker."""

from __future__ import annotations

import os
import subprocess
import sys


def test_onnx_runtime_is_told_to_report_nothing_before_it_is_loaded():
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    source = "import mlops.scoring, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
