"""An environment in the form of Azure ML's CLI v2, as it can be read again."""

from __future__ import annotations

from typing import Any

from mlops.formats.definition import Requirements

SCHEMA = "https://azuremlschemas.azureedge.net/latest/environment.schema.json"
NEUTRAL_IMAGE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04"
"""Written where Azure wants an image and there is none here; read as none."""
CONSTRAINTS_FILE = "constraints.txt"


def write_environment(
    requirements: Requirements,
    *,
    name: str,
    version: str,
    description: str = "",
    tags: dict[str, str] | None = None,
    variables: dict[str, str] | None = None,
    context: str = "./context",
) -> dict[str, Any]:
    """The fields in their usual order; `context` is where the folder of the Dockerfile lies, beside the file."""
    form: dict[str, Any] = {"$schema": SCHEMA, "name": name, "version": version}
    if description:
        form["description"] = description
    if tags:
        form["tags"] = dict(sorted(tags.items()))
    if requirements.build:
        form["build"] = {"path": context, "dockerfile_path": requirements.dockerfile or "Dockerfile"}
    if requirements.image:
        form["image"] = requirements.image
    if not requirements.build and (requirements.packages or requirements.python or requirements.conda):
        form["conda_file"] = write_conda(requirements, name=name)
    if variables:
        form["environment_variables"] = dict(sorted(variables.items()))
    return form


def write_conda(requirements: Requirements, *, name: str) -> dict[str, Any]:
    """Constraints are written as `-c constraints.txt`, whose text is `constraints_text`."""
    dependencies: list[Any] = []
    if requirements.python:
        dependencies.append(f"python={requirements.python}")
    dependencies += [*requirements.conda, "pip"]
    lines = [*requirements.options]
    if requirements.constraints:
        lines.append(f"-c {CONSTRAINTS_FILE}")
    lines += [_with_hashes(line, requirements.hashes) for line in requirements.packages]
    if lines:
        dependencies.append({"pip": lines})
    named = {"name": name} if name else {}
    return {**named, "channels": list(requirements.channels) or ["conda-forge"], "dependencies": dependencies}


def constraints_text(requirements: Requirements) -> str:
    return "".join(f"{line}\n" for line in requirements.constraints)


def _with_hashes(line: str, hashes: dict[str, tuple[str, ...]]) -> str:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        name = str(canonicalize_name(Requirement(line).name))
    except InvalidRequirement:
        return line
    return " ".join([line, *(f"--hash={one}" for one in hashes.get(name, ()))])
