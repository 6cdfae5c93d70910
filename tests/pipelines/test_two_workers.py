"""Two workers look at once, and one of them is killed in its look: each fire has one run all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

LOOKS = 40
SETTING_UP = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
django.setup()
"""
MADE = (
    SETTING_UP
    + """
from django.core.management import call_command
from django.contrib.auth.models import User
call_command("migrate", verbosity=0)
from mlops.accounts.membership import create_project
from mlops.formats.document import Document
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.pipelines import publishing, schedules
import msgspec, sys
from datetime import datetime
now = datetime.fromisoformat(sys.argv[1])
olga = User.objects.create_user("olga")
project = create_project(olga, name="Churn", slug="churn")
node = Node(id="data", component="enter_data_manually", version="1", parameters={"data": "a\\n1"})
version = publishing.publish(olga, project, endpoint="e", spec=PipelineSpec(nodes=(node,), edges=()),
                             document=msgspec.to_builtins(Document()))
schedules.create_schedule(olga, version.endpoint, name="each minute", overlap="allow", catch_up="all",
                          catch_up_most=1000, trigger={"type": "cron", "expression": "* * * * *"}, now=now)
"""
)
LOOKING = (
    SETTING_UP
    + """
import sys
from datetime import datetime, timedelta
from mlops.pipelines.firing import tick
print("looking", flush=True)
now = datetime.fromisoformat(sys.argv[1])
for minute in range(1, int(sys.argv[2]) + 1):
    tick(now + timedelta(minutes=minute))
"""
)
COUNTED = (
    SETTING_UP
    + """
from mlops.pipelines.models import Fire
from mlops.runs.models import Run
started = Fire.objects.filter(state="started").exclude(run=None)
print(Fire.objects.count(), started.count(), started.values("run").distinct().count(), Run.objects.count())
"""
)


def start(code: str, environ: dict[str, str], *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *words]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)


def said(code: str, environ: dict[str, str], *words: str) -> str:
    process = start(code, environ, *words)
    out, _errors = process.communicate(timeout=120)
    assert process.returncode == 0
    return out.strip()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A database file of its own, which only child processes open."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    return {**kept, "MLOPS_DATA_DIR": str(tmp_path / "studio")}


def test_each_fire_has_one_run_though_two_look_and_one_is_killed(environ: dict[str, str]) -> None:
    now = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    said(MADE, environ, now.isoformat())
    first, second = (start(LOOKING, environ, now.isoformat(), str(LOOKS)) for _each in range(2))
    for one in (first, second):
        assert one.stdout is not None
        assert one.stdout.readline() == "looking\n"
    time.sleep(0.3)
    assert first.poll() is None, "it is killed while it looks"
    first.send_signal(signal.SIGKILL)
    first.wait(30)
    assert second.wait(120) == 0
    again = now + timedelta(minutes=LOOKS - 1)
    said(LOOKING, environ, again.isoformat(), "1")
    assert said(COUNTED, environ) == " ".join([str(LOOKS)] * 4)
