"""A version as files: `environment.yaml` with what it names beside it, and the lock of its build."""

from __future__ import annotations

from mlops.blobs.trees import manifest_of
from mlops.environments.models import EnvironmentVersion
from mlops.environments.queries import lock_of, requirements_of
from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.azureml.environment_writing import CONSTRAINTS_FILE, constraints_text, write_environment

YAML_FILE = "environment.yaml"
CONTEXT_FOLDER = "context"


def written(version: EnvironmentVersion) -> str:
    """The YAML text."""
    form = write_environment(
        requirements_of(version),
        name=version.asset.name,
        version=version.version,
        description=version.description,
        tags=version.tags,
        variables=version.variables,
        context=f"./{CONTEXT_FOLDER}",
    )
    return as_yaml(form)


def files_of(version: EnvironmentVersion) -> dict[str, bytes | str]:
    """Path to text, or to the digest of a blob as bytes."""
    files: dict[str, bytes | str] = {YAML_FILE: written(version)}
    requirements = requirements_of(version)
    if requirements.constraints:
        files[CONSTRAINTS_FILE] = constraints_text(requirements)
    if version.context_id:
        for file in manifest_of(version.context_id).files:
            files[f"{CONTEXT_FOLDER}/{file.path}"] = file.digest.encode()
    if lock := lock_of(version):
        files["requirements.lock"] = lock
    return files
