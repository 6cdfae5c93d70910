"""`environment.schema.json`, conda files and requirements files: what an environment asks to have installed."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mlops.formats.azureml.azure_packages import AZURE, for_jobs, without_azure
from mlops.formats.azureml.conda import read_conda
from mlops.formats.azureml.curated import curated
from mlops.formats.azureml.environment_parts import EnvironmentRead, Mapped, ReadFile, beside
from mlops.formats.azureml.environment_writing import NEUTRAL_IMAGE
from mlops.formats.azureml.lines import Path, Source, fields, load
from mlops.formats.azureml.pip_lines import logical_lines, read_pip
from mlops.formats.definition import Requirements
from mlops.formats.spoken import gettext as _

__all__ = ["ReadFile", "read_definition", "read_environment", "read_file_of", "read_requirements", "without_azure"]

KNOWN = {"$schema", "name", "version", "image", "conda_file", "build", "description", "tags", "properties", "os_type"}
KNOWN |= {"inference_config", "requirements_file", "environment_variables", "type"}
WITHOUT_MEANING = {
    "creation_context",
    "id",
    "datastore",
    "resourceGroup",
    "latest_version",
    "stage",
    "auto_delete_setting",
}
BUILD_FIELDS = {"path", "dockerfile_path"}
REFERENCE = ("azureml:", "azureml://")


def read_environment(source: Source, at: Path, given: Any, read_file: ReadFile, warnings: list[str]) -> Requirements:
    """What a deployment's `environment` asks for, where no registered environment can be looked up: a curated or named
    one is served by the product's own packages, or by those of its family."""
    if given in (None, ""):
        return Requirements()
    if isinstance(given, str) and given.startswith(REFERENCE):
        found = curated(given)
        if found is None:
            warnings.append(
                f"“{given}”: the environment of that name in the project, else the product's own Python packages."
            )
            return Requirements()
        warnings.append(found.told(given))
        return found.requirements
    read = read_definition(source, at, given, read_file)
    warnings += read.warnings
    return read.requirements


def read_definition(source: Source, at: Path, given: Any, read_file: ReadFile) -> EnvironmentRead:
    """An inline definition, or the file of that path: an environment's YAML, a conda file or a requirements file.

    Raises Refusal with file, line and nearest name."""
    if isinstance(given, str):
        return read_file_of(given.removeprefix("file:"), read_file)
    return _read_fields(source, at, read_file)


def read_file_of(path: str, read_file: ReadFile) -> EnvironmentRead:
    text = read_file(path)
    if path.rsplit("/", 1)[-1].lower().startswith("dockerfile"):
        folder, _slash, name = path.rpartition("/")
        return EnvironmentRead(requirements=Requirements(dockerfile=name), context=folder or ".")
    if path.endswith((".txt", ".in")):
        return _with_pip(EnvironmentRead(), text.splitlines(), path, read_file)
    source = load(path, text)

    def nested(inner: str) -> str:
        return read_file(beside(path, inner))

    read = _read_fields(source, (), nested)
    return msgspec.structs.replace(read, context=beside(path, read.context)) if read.context else read


def read_requirements(text: str) -> tuple[str, ...]:
    """The lines of a requirements file, without comments and blank lines."""
    return tuple(line for _number, line in logical_lines(text))


def _read_fields(source: Source, at: Path, read_file: ReadFile) -> EnvironmentRead:
    found = fields(source, at)
    if "dependencies" in found and not set(found) & {"image", "conda_file", "build"}:
        return _with_conda(EnvironmentRead(name=str(found.get("name") or "")), source, at, read_file)
    warnings = []
    for name in found:
        if name in WITHOUT_MEANING:
            warnings.append(f"{source.name}, line {source.line((*at, name))}: “{name}” has no meaning here.")
        elif name not in KNOWN:
            raise source.unknown(name, KNOWN | WITHOUT_MEANING, at=at, kind=_("an environment"))
    if str(found.get("os_type") or "linux").lower() != "linux":
        hint = _("Write `os_type: linux`, or leave it out.")
        message = _("Environments for “%(os_type)s” are not built here.") % {"os_type": found["os_type"]}
        raise source.refuse("os_unknown", message, at=(*at, "os_type"), hint=hint)
    read = EnvironmentRead(
        name=str(found.get("name") or ""),
        version="" if found.get("version") is None else str(found["version"]),
        description=str(found.get("description") or ""),
        tags=_texts(source, at, found, "tags"),
        properties=_texts(source, at, found, "properties"),
        variables=_texts(source, at, found, "environment_variables"),
        warnings=tuple(warnings),
    )
    image, build = found.get("image"), found.get("build")
    if image is not None and build is not None:
        hint = _("Take one of them: a Dockerfile names its image itself.")
        raise source.refuse("environment_twofold", _("“image” and “build” exclude each other."), at=at, hint=hint)
    if image not in (None, NEUTRAL_IMAGE):
        read = msgspec.structs.replace(read, requirements=Requirements(image=_text(source, at, "image", image)))
    if build is not None:
        read = _with_build(read, source, (*at, "build"))
    if (conda := found.get("conda_file")) is not None:
        if isinstance(conda, str):
            conda = conda.removeprefix("file:")
            return _with_conda(read, load(conda, read_file(conda)), (), read_file, base=conda)
        return _with_conda(read, source, (*at, "conda_file"), read_file)
    if requirements := found.get("requirements_file"):
        path = str(requirements).removeprefix("file:")
        return _with_pip(read, read_file(path).splitlines(), path, read_file)
    if image is None and build is None:
        hint = "Give `image`, `conda_file`, `requirements_file` or `build`."
        raise source.refuse("environment_empty", _("The environment says nothing of what is in it."), at=at, hint=hint)
    return read


def _with_build(read: EnvironmentRead, source: Source, at: Path) -> EnvironmentRead:
    found = fields(source, at)
    for name in found:
        if name not in BUILD_FIELDS:
            raise source.unknown(name, BUILD_FIELDS, at=at, kind="a build")
    if not found.get("path"):
        raise source.refuse("context_missing", _("A build needs `path`: the folder of its Dockerfile."), at=at)
    dockerfile = re.sub(r"^\./", "", str(found.get("dockerfile_path") or ""))
    return msgspec.structs.replace(
        read,
        requirements=Requirements(dockerfile=dockerfile),
        context=str(found["path"]).removeprefix("file:"),
    )


def _with_conda(
    read: EnvironmentRead, source: Source, at: Path, read_file: ReadFile, *, base: str = ""
) -> EnvironmentRead:
    found = read_conda(source, at, read_file, base=base)
    return _finished(
        msgspec.structs.replace(
            read,
            requirements=_beside_image(read.requirements, found.requirements),
            report=found.report,
            warnings=(*read.warnings, *found.warnings),
            variables={**found.variables, **read.variables},
        )
    )


def _with_pip(read: EnvironmentRead, lines: list[str], name: str, read_file: ReadFile) -> EnvironmentRead:
    found = read_pip(lines, name=name, read_file=read_file, base=name)
    requirements = Requirements(
        packages=tuple(dict.fromkeys(found.packages)),
        constraints=tuple(found.constraints),
        options=tuple(found.options),
        hashes=found.hashes,
    )
    return _finished(
        msgspec.structs.replace(
            read,
            requirements=_beside_image(read.requirements, requirements),
            report=tuple(found.report),
            warnings=(*read.warnings, *found.warnings),
        )
    )


def _beside_image(image: Requirements, packages: Requirements) -> Requirements:
    return msgspec.structs.replace(packages, image=image.image, build=image.build, dockerfile=image.dockerfile)


def _finished(read: EnvironmentRead) -> EnvironmentRead:
    requirements, report = for_jobs(read.requirements, read.report)
    return msgspec.structs.replace(
        read, requirements=requirements, report=report, warnings=(*read.warnings, *_told(report))
    )


def _told(report: tuple[Mapped, ...]) -> list[str]:
    """One warning for each way in which something became other than what was asked."""
    said = []
    if mapped := [one for one in report if one.how in ("mapped", "replaced")]:
        names = ", ".join(f"{one.asked} → {one.got}" for one in mapped)
        said.append(f"Taken from the Python package index under its names there: {names}.")
    if azure := [one.asked for one in report if one.how == "dropped" and AZURE.match(one.asked)]:
        said.append(f"{', '.join(azure)}: left out, because this product does what it is for.")
    others = [one for one in report if one.how == "dropped" and not AZURE.match(one.asked)]
    if dropped := [one.asked for one in others if not one.why.startswith("A folder")]:
        said.append(f"Left out, because nothing is needed for it here: {', '.join(dropped)}.")
    if conda := [one.asked for one in report if one.how == "conda"]:
        said.append(f"Installed only where micromamba, mamba or conda is found: {', '.join(conda)}.")
    return said


def _text(source: Source, at: Path, name: str, value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise source.refuse("text_expected", _("“%(name)s” must be a text.") % {"name": name}, at=(*at, name))


def _texts(source: Source, at: Path, found: dict[str, Any], name: str) -> dict[str, str]:
    value = found.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise source.refuse(
            "mapping_expected", _("“%(name)s” must hold fields `name: value`.") % {"name": name}, at=(*at, name)
        )
    return {str(key): "" if one is None else str(one) for key, one in value.items()}
