"""Loading Django for a process of the server."""

from __future__ import annotations

import os
import subprocess
import sys

WITHOUT_DRIVER = """
import sys
sys.modules["psycopg"] = sys.modules["psycopg2"] = None
from mlops.formats.refusal import Refusal
from mlops.server.loading import load_django
try:
    load_django()
except Refusal as refusal:
    print(refusal.code, refusal.hint)
"""

WEB = """
import sys
from mlops.server.loading import load_django
load_django()
import mlops.asgi, mlops.urls
print([one for one in ("numpy", "polars", "pandas", "pyarrow", "sklearn", "onnxruntime") if one in sys.modules])
"""


def test_the_web_process_loads_no_heavy_library(tmp_path):
    assert _said(WEB, MLOPS_DATA_DIR=str(tmp_path)) == "[]"


def test_postgresql_without_its_driver_is_refused_with_what_to_install(tmp_path):
    told = _said(WITHOUT_DRIVER, MLOPS_DATABASE_URL="postgres://a@127.0.0.1:1/b", MLOPS_DATA_DIR=str(tmp_path))
    assert told == "driver_missing Install it: pip install 'mlops-studio[postgres]'."


def _said(script: str, **variables: str) -> str:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "mlops.settings"} | variables
    words = [sys.executable, "-c", script]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
