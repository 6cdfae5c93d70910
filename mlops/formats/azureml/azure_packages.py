"""Packages of Azure's own service, whose part this product plays."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from mlops.formats.azureml.environment_parts import Mapped
from mlops.formats.definition import Requirements
from mlops.formats.spoken import gettext as _

AZURE = re.compile(r"(azureml[-_.][A-Za-z0-9_.-]+|inference[-_]schema)", re.IGNORECASE)
MLFLOW_OF_AZURE = re.compile(r"azureml[-_.]mlflow(?![A-Za-z0-9_-])", re.IGNORECASE)
MLFLOW = "mlflow-skinny"


def without_azure(requirements: Requirements) -> tuple[Requirements, tuple[str, ...]]:
    """Without the packages of Azure's scoring server, whose part our own plays; and which these were."""
    dropped = tuple(line for line in requirements.packages if AZURE.match(line))
    kept = tuple(line for line in requirements.packages if line not in dropped)
    return Requirements(packages=kept, python=requirements.python), dropped


def for_jobs(requirements: Requirements, report: Iterable[Mapped]) -> tuple[Requirements, tuple[Mapped, ...]]:
    """Scripts log by MLflow alone: its plugin for Azure is replaced by its client, the rest of Azure's is left out."""
    names = {re.split(r"[\s<>=!~\[;@]", line)[0].lower() for line in requirements.packages}
    packages: list[str] = []
    told: dict[str, Mapped] = {}
    for line in requirements.packages:
        if not AZURE.match(line):
            packages.append(line)
        elif MLFLOW_OF_AZURE.match(line) and not names & {"mlflow", MLFLOW}:
            packages.append(MLFLOW)
            names.add(MLFLOW)
            told[line] = Mapped(asked=line, got=MLFLOW, how="replaced", why=_("Runs are tracked here by MLflow alone."))
        else:
            told[line] = Mapped(
                asked=line, how="dropped", why=_("It talks to Azure's service; this product has its part.")
            )
    kept = tuple(told.get(one.got or one.asked, one) for one in report)
    return msgspec.structs.replace(requirements, packages=tuple(packages)), kept
