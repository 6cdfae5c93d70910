"""What a worker knows to do."""

from __future__ import annotations

import sys
from pathlib import Path

from mlops.celery import app

PACKAGES = Path(__file__).parents[2] / "mlops"


def test_a_worker_knows_the_tasks_of_every_package():
    app.loader.import_default_modules()
    told = {f"mlops.{path.parent.name}.tasks" for path in PACKAGES.glob("*/tasks.py")}
    assert told - sys.modules.keys() == set()
    assert "scans.sweep" in app.tasks
