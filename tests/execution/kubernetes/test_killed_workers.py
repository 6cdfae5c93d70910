"""A real worker is killed while the pod of its step runs: the next one finds the Job, ends it, and begins anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.execution.kubernetes.cluster import WorkingCluster
from tests.execution.kubernetes.conftest import IMAGE, PATH, wait_until
from tests.scaled import of_its_own

SETTING_UP = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "mlops.settings"
django.setup()
from pathlib import Path
"""
MADE = (
    SETTING_UP
    + """
from mlops.server import schema
schema.migrate()
from django.contrib.auth.models import User
from mlops.accounts.membership import create_project
from mlops.clusters.models import Cluster
from mlops.components.registering import register_folder
from mlops.formats.pipeline import Node, PipelineSpec
from mlops.pipelines.actions import submit
olga = User.objects.create_user("olga")
project = create_project(olga, name="Churn", slug="churn")
Cluster.objects.create(name="there", kubeconfig_file=sys.argv[1], namespace="scoring")
folder = Path(sys.argv[2])
(folder / "component.yaml").write_text(f'''
type: command
name: slow
outputs:
  told: {{type: uri_folder}}
command: echo begun; sleep 3; date > ${{{{outputs.told}}}}/end.txt
environment: {{image: {sys.argv[3]}}}
''')
register_folder(olga, project, folder)
spec = PipelineSpec(nodes=(Node(id="step", component="slow", version="1", parameters={}),), edges=())
submit(olga, project, spec=spec, experiment="faults")
"""
)
SAID = (
    SETTING_UP
    + """
import json
from mlops.runs.models import Step
step = Step.objects.select_related("run").get()
print(json.dumps({"state": step.state, "attempt": step.attempt, "reason": step.reason, "run": step.run.state}))
"""
)


def said(code: str, environ: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=120).stdout


@contextmanager
def worker(environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "mlops.server.worker"]
    with log.open("ab") as target:
        process = subprocess.Popen(command, env=environ, stdout=target, stderr=target)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_a_killed_workers_job_is_found_and_never_runs_beside_another(tmp_path: Path) -> None:
    studio, folder, log = tmp_path / "studio", tmp_path / "component", tmp_path / "worker.log"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLOPS_", "DJANGO_"))}
    environ = {
        **kept,
        "MLOPS_DATA_DIR": str(studio),
        "MLOPS_STEP_CONTAINERS": "kubernetes",
        "MLOPS_STEP_CLUSTER": "there",
        "MLOPS_STEP_CLAIM": "studio-data",
        **of_its_own(studio),
    }
    with WorkingCluster(claims={"studio-data": studio}, images={IMAGE: {"PATH": PATH}}) as cluster:
        (tmp_path / "kubeconfig").write_text(cluster.kubeconfig)
        said(MADE, environ, str(tmp_path / "kubeconfig"), str(folder), IMAGE)
        cluster.ending_seconds = 1.0
        with worker(environ, log) as first:
            wait_until(lambda: bool(cluster.running()), seconds=60)
            first.kill()
        assert len(cluster.of("jobs")) == 1, "nobody has ended it yet"
        with worker(environ, log):
            wait_until(lambda: len(cluster.began) == 2 and not cluster.of("pods"), seconds=120)
            wait_until(lambda: json.loads(said(SAID, environ))["run"] in ("completed", "failed"), seconds=30)
        found = json.loads(said(SAID, environ))
        assert (found["state"], found["attempt"]) == ("completed", 2), found["reason"]
        assert (cluster.most_at_once, cluster.of("jobs")) == (1, [])
