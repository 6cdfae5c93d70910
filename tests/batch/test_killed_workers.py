"""Two real workers share a job; one is killed, or both are: each row is in the output once all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scaled import of_its_own

ROWS, BATCH = 3_000, 50
SETTING_UP = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
django.setup()
from pathlib import Path
from mlops.batch.models import BatchJob, MiniBatch
"""
MADE = (
    SETTING_UP
    + """
from io import BytesIO
from mlops.server import schema
from django.contrib.auth.models import User
schema.migrate()
import polars as pl
from mlops.accounts.membership import create_project
from mlops.batch.actions import create_endpoint, deploy_model
from mlops.batch.invoking import invoke
from mlops.registry.actions import keep_files, register
from tests.execution.conftest import dataset_version
folder, rows, size = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
olga = User.objects.create_user("olga")
project = create_project(olga, name="Churn", slug="churn")
dataset_version(project, pl.DataFrame({"n": range(rows)}), folder, name="Numbers")
version = register(olga, project, name="twice", tree=keep_files(olga, project, files=[("m.txt", BytesIO(b"2"))]))
script = f'''
import time
def run(mini_batch):
    time.sleep(0.4)
    with open({str(folder / "scored.txt")!r}, "a") as told:
        told.write(f"{{mini_batch['n'].iloc[0]}}\\\\n")
    return [{{"n": int(n), "twice": 2 * int(n)}} for n in mini_batch["n"]]
'''
endpoint = create_endpoint(olga, project, name="e")
deploy_model(olga, endpoint, name="d", version=version, code=[("score.py", BytesIO(script.encode()))],
             script="score.py", settings={"mini_batch_size": size, "instance_count": 2})
print(invoke(olga, endpoint, input="Numbers", output_dataset="Doubled").pk)
"""
)
SAID = (
    SETTING_UP
    + """
import json
from mlops.datasets.models import DatasetVersion
from mlops.runs.models import Step
job = BatchJob.objects.select_related("run").get()
step = Step.objects.get(run=job.run, node="score")
owners = MiniBatch.objects.filter(state="running").values_list("lease_owner", flat=True)
print(json.dumps({"state": job.run.state, "reason": step.reason, "done": job.done_batches, "items": job.done_items,
                  "owners": sorted({one.split(":")[1] for one in owners}), "outputs": step.outputs,
                  "attempts": sum(MiniBatch.objects.values_list("attempt", flat=True)),
                  "datasets": DatasetVersion.objects.filter(dataset__name="Doubled").count()}))
"""
)
READ = (
    SETTING_UP
    + """
from mlops.blobs.trees import fetch_tree
fetch_tree(sys.argv[1], Path(sys.argv[2]))
"""
)


class Workers:
    """Real ones, under nobody's supervision."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.environ, self.log = environ, log
        self.going: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        command = [sys.executable, "-m", "mlops.server.worker"]
        with self.log.open("ab") as log:
            self.going.append(subprocess.Popen(command, env=self.environ, stdout=log, stderr=log))

    def kill(self, count: int) -> None:
        for _each in range(count):
            one = self.going.pop(0)
            one.send_signal(signal.SIGKILL)
            one.wait(30)


def said(code: str, environ: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=120).stdout.strip()


def state(environ: dict[str, str]) -> dict:  # type: ignore[type-arg]
    return json.loads(said(SAID, environ))


def wait_for(environ: dict[str, str], is_so, *, seconds: float = 150):  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = state(environ)
        if is_so(found):
            return found
        time.sleep(0.2)
    raise AssertionError(f"after {seconds} s: {found}")


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """Two, and a job that takes them a few seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    environ = {**kept, "MLOPS_DATA_DIR": str(tmp_path / "studio"), "MLOPS_STEP_SLOTS": "1"}
    environ |= of_its_own(tmp_path / "studio")
    environ["MLOPS_JOB_CONFINEMENT"] = "off"  # the script tells what it scored in a file of the test
    said(MADE, environ, str(tmp_path), str(ROWS), str(BATCH))
    found = Workers(environ, tmp_path / "worker.log")
    found.start()
    found.start()
    try:
        yield found
    finally:
        found.kill(len(found.going))


def check_output(environ: dict[str, str], ended: dict, folder: Path) -> None:  # type: ignore[type-arg]
    import polars as pl

    assert ended["state"] == "completed", ended["reason"]
    assert ended["items"] == ROWS
    said(READ, environ, ended["outputs"]["scored"]["tree"], str(folder / "out"))
    found = pl.read_parquet(folder / "out" / "data.parquet")
    assert found["n"].to_list() == list(range(ROWS)), "each row once, in the order of the input"
    assert found["twice"].to_list() == [2 * n for n in range(ROWS)]
    assert ended["datasets"] == 1


def test_a_killed_workers_mini_batches_are_scored_by_the_other(workers: Workers, tmp_path: Path) -> None:
    both = wait_for(workers.environ, lambda found: found["done"] >= 5 and len(found["owners"]) == 2)
    assert both["state"] == "running"
    workers.kill(1)
    ended = wait_for(workers.environ, lambda found: found["state"] not in ("queued", "running"))
    check_output(workers.environ, ended, tmp_path)


def test_after_the_death_of_all_the_job_goes_on_where_it_was(workers: Workers, tmp_path: Path) -> None:
    wait_for(workers.environ, lambda found: found["done"] >= 5)
    workers.kill(2)
    before = state(workers.environ)
    workers.start()
    workers.start()
    ended = wait_for(workers.environ, lambda found: found["state"] not in ("queued", "running"))
    check_output(workers.environ, ended, tmp_path)
    begun = len((tmp_path / "scored.txt").read_text().splitlines())
    assert begun <= ROWS // BATCH + 2 * 2, "what was done is not done again"
    assert before["done"] >= 5
