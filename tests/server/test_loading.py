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


def test_postgresql_without_its_driver_is_refused_with_what_to_install(tmp_path):
    variables = {**os.environ, "MLOPS_DATABASE_URL": "postgres://a@127.0.0.1:1/b", "MLOPS_DATA_DIR": str(tmp_path)}
    variables["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_DRIVER], env=variables, capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "driver_missing Install it: pip install 'mlops-studio[postgres]'."
