"""Two workers look at once, and one of them is killed in its look: each fire has one run all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.scaled import of_its_own

LOOKS = 40
SETTING_UP = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
django.setup()
"""
MADE = (
    SETTING_UP
    + """
from mlops.server import schema
from django.contrib.auth.models import User
schema.migrate()
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
from itertools import cycle
from mlops.pipelines.firing import tick
print("ready", flush=True)
sys.stdin.readline()
now = datetime.fromisoformat(sys.argv[1])
minutes = range(1, int(sys.argv[2]) + 1)
for minute in cycle(minutes) if "until-killed" in sys.argv else minutes:
    tick(now + timedelta(minutes=minute))
    print(minute, flush=True)
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
    return subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(code: str, environ: dict[str, str], *words: str) -> str:
    process = start(code, environ, *words)
    out, _errors = process.communicate("\n", timeout=120)
    assert process.returncode == 0
    return out.strip()


def wait_for_line(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    assert any(said.strip() == line for said in process.stdout), f"It ended before it said “{line}”."


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A database of its own, which only child processes open."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    return {**kept, **of_its_own(tmp_path / "studio"), "MLOPS_DATA_DIR": str(tmp_path / "studio")}


def test_each_fire_has_one_run_though_two_look_and_one_is_killed(environ: dict[str, str]) -> None:
    now = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    said(MADE, environ, now.isoformat())
    looking = (LOOKING, environ, now.isoformat(), str(LOOKS))
    first, second = start(*looking, "until-killed"), start(*looking)
    for one in (first, second):
        wait_for_line(one, "ready")
    for one in (first, second):
        go_on(one)
    wait_for_line(first, "3")
    first.kill()
    first.wait(30)
    second.communicate(timeout=120)
    assert second.returncode == 0
    again = now + timedelta(minutes=LOOKS - 1)
    said(LOOKING, environ, again.isoformat(), "1")
    assert said(COUNTED, environ) == " ".join([str(LOOKS)] * 4)
