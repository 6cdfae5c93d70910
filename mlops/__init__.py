"""MLOps Studio."""

import os

__version__ = "0.1.0"

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
"""ONNX Runtime reports to its maker unless it is told not to, in this process and those that it starts."""
