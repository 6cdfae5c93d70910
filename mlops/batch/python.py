"""The Python of a job's script or MLflow model: the product's own, or an environment that is built once and kept."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from mlops.batch.journal import say
from mlops.batch.leases import Hold
from mlops.batch.models import BatchJob
from mlops.batch.settings import settings_of
from mlops.blobs.trees import fetch_tree
from mlops.deployments.python import needed_by
from mlops.environments.store import begin, ended, folder_of, is_ready
from mlops.formats.definition import Requirements
from mlops.formats.refusal import Refusal

SECONDS_A_LOOK = 1.0


def requirements_of(job: BatchJob) -> Requirements:
    chosen = settings_of(job)
    if job.entry not in ("script", "mlflow") or job.version is None:
        return Requirements()
    with tempfile.TemporaryDirectory(prefix="requirements-") as place:
        model = Path(place) / "model"
        if job.entry == "mlflow":
            fetch_tree(job.version.tree_id, model)
        return needed_by(entry=job.entry, environment=chosen.environment, requirements=chosen.requirements, model=model)


def python_of(job: BatchJob) -> str:
    """The interpreter's path; empty: the product's own."""
    needed = requirements_of(job)
    return str(folder_of(needed) / "bin" / "python") if needed.is_own else ""


def build_environment(job: BatchJob, hold: Hold) -> bool:
    """Whether it is there. Another worker that builds it is waited for. Raises Refusal `environment_failed`."""
    needed = requirements_of(job)
    if not needed.is_own or is_ready(needed):
        return True
    say(job, _("Building its environment: %(count)d packages.") % {"count": len(needed.packages)})
    with tempfile.TemporaryDirectory(prefix="environment-") as work_dir:
        build = begin(needed, work_dir=Path(work_dir))
        while (report := build.poll()) is None:
            build.wait(SECONDS_A_LOOK)
            say(job, *(line.text.rstrip() for line in build.news() if line.text.strip()))
            if not hold():
                build.kill()
                ended(needed, None)
                return False
        ended(needed, report)
    if report.error is not None:
        raise Refusal("environment_failed", report.error.message, hint=report.error.hint)
    return True
