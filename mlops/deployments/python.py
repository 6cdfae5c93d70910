"""The Python of a deployment's child processes: the server's own, or an environment with what script or model names."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.environments.store import begin, ended, folder_of, is_ready
from mlops.formats.azureml.environment import without_azure
from mlops.formats.definition import Requirements
from mlops.formats.mlmodel import is_mlflow_model, read_requirements_of
from mlops.formats.refusal import Refusal

SERVER = "server"
SECONDS_A_LOOK = 2.0
RUNTIME = "mlflow-skinny"
"""What loads a model in MLflow's format where the model does not name mlflow itself."""


def requirements_of(deployment: Deployment, model: Path, *, entry: str = "") -> Requirements:
    """What has to be installed for it. Nothing: the server's own Python has it all. `model`: the model's files;
    `entry`: of one of several models."""
    wanted, entry = deployment.wanted, entry or deployment.entry
    return needed_by(entry=entry, environment=wanted.environment, requirements=wanted.requirements, model=model)


def needed_by(*, entry: str, environment: str, requirements: Requirements, model: Path) -> Requirements:
    if environment == SERVER or entry not in ("mlflow", "script"):
        return Requirements()
    needed = requirements
    if not needed.is_own and entry == "mlflow" and is_mlflow_model(model):
        needed = read_requirements_of(model)
    if entry == "mlflow" and needed.is_own and not _names(needed, "mlflow", RUNTIME):
        needed = Requirements(packages=(*needed.packages, RUNTIME), python=needed.python)
    needed, _dropped = without_azure(needed)
    return Requirements() if is_had(needed) else needed


def python_of(deployment: Deployment, model: Path, *, entry: str, beat: Callable[[], None]) -> str:
    """The interpreter's path; empty: the server's. Builds the environment where it is not there yet, and writes what
    the build says into the deployment's log: `beat` is called meanwhile."""
    needed = requirements_of(deployment, model, entry=entry)
    if not needed.is_own:
        return ""
    if not is_ready(needed):
        same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision)
        same.update(reason=_("Its environment is being built: %(count)s packages.") % {"count": len(needed.packages)})
        path = Path(settings.DATA_DIR) / "logs" / f"{deployment.pk}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", buffering=1) as log:
            _build(needed, beat=beat, log=log)
    return str(folder_of(needed) / "bin" / "python")


def is_had(requirements: Requirements) -> bool:
    """Whether the server's own Python is of the version that is asked for and has every package in it."""
    from packaging.requirements import InvalidRequirement, Requirement

    if requirements.python and requirements.python != f"{sys.version_info.major}.{sys.version_info.minor}":
        return False
    for line in requirements.packages:
        try:
            wanted = Requirement(line)
            if wanted.marker is not None and not wanted.marker.evaluate():
                continue
            if wanted.url or not wanted.specifier.contains(_installed(wanted.name), prereleases=True):
                return False
        except (InvalidRequirement, metadata.PackageNotFoundError):
            return False
    return True


def _installed(name: str) -> str:
    """mlflow's own package has its skinny part's version; a server that has this part serves what names that one."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        if name == "mlflow":
            return metadata.version(RUNTIME)
        raise


def _names(requirements: Requirements, *names: str) -> bool:
    return any(re.split(r"[\s<>=!~\[;@]", line)[0].lower() in names for line in requirements.packages)


def _build(requirements: Requirements, *, beat: Callable[[], None], log: TextIO) -> None:
    with tempfile.TemporaryDirectory(prefix="environment-") as work_dir:
        build = begin(requirements, work_dir=Path(work_dir))
        try:
            while (report := build.poll()) is None:
                build.wait(SECONDS_A_LOOK)
                beat()
                for line in build.news():
                    log.write(f"{line.text.rstrip()}\n")
        except BaseException:
            build.kill()
            ended(requirements, None)
            raise
        ended(requirements, report)
        if report.error is not None:
            hint = _("%(hint)s Or choose the environment “%(server)s”, which has the server's packages.") % {
                "hint": report.error.hint,
                "server": SERVER,
            }
            raise Refusal("environment_failed", report.error.message, hint=hint)
