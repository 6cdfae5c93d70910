"""What a component's `environment` asks to have installed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mlops.formats.azureml.lines import Path, Source, fields, load
from mlops.formats.definition import Requirements

ReadFile = Callable[[str], str]
"""The text of a file beside the YAML, by the path that is written there. Raises Refusal."""

KNOWN = {"name", "version", "image", "conda_file", "build", "description", "tags", "os_type", "inference_config"}
KNOWN |= {"$schema", "properties", "requirements_file"}
AZURE = re.compile(r"(azureml[-_.][A-Za-z0-9_.-]+|inference[-_]schema)", re.IGNORECASE)
PLAIN = re.compile(r"(?P<name>[A-Za-z0-9_.\-\[\]]+)\s*(?P<sign>[=<>!~]=?=?)?\s*(?P<rest>.*)")


def read_environment(source: Source, at: Path, given: Any, read_file: ReadFile, warnings: list[str]) -> Requirements:
    """A curated or named environment is served by the product's own; `conda_file` and `requirements_file` are built."""
    if given in (None, ""):
        return Requirements()
    if isinstance(given, str):
        if given.startswith(("azureml:", "azureml://")):
            warnings.append(f"The environment “{given}” is served by the product's own Python packages.")
            return Requirements()
        inner = load(given, read_file(given))
        return read_environment(inner, (), inner.value, read_file, warnings)
    found = fields(source, at)
    for name in found:
        if name not in KNOWN:
            raise source.unknown(name, KNOWN, at=at, kind="an environment")
    if found.get("image") or found.get("build"):
        warnings.append("The environment's image is not used: the component runs as a process, with its packages.")
    if requirements := found.get("requirements_file"):
        return Requirements(packages=read_requirements(read_file(str(requirements))))
    conda = found.get("conda_file")
    if conda is None:
        return Requirements()
    if isinstance(conda, str):
        source, at = load(conda, read_file(conda)), ()
    else:
        at = (*at, "conda_file")
    return _conda(source, at, warnings)


def read_requirements(text: str) -> tuple[str, ...]:
    """The lines of a requirements file, without comments and blank lines."""
    lines = (re.sub(r"(^|\s)#.*$", "", line).strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def without_azure(requirements: Requirements) -> tuple[Requirements, tuple[str, ...]]:
    """Without the packages of Azure's scoring server, whose part our own plays; and which these were."""
    dropped = tuple(line for line in requirements.packages if AZURE.match(line))
    kept = tuple(line for line in requirements.packages if line not in dropped)
    return Requirements(packages=kept, python=requirements.python), dropped


def _conda(source: Source, at: Path, warnings: list[str]) -> Requirements:
    packages: list[str] = []
    python = ""
    listed = fields(source, at).get("dependencies") or []
    for place, one in enumerate(listed):
        if isinstance(one, dict) and set(one) == {"pip"}:
            packages += [str(line) for line in one["pip"] or []]
            continue
        found = PLAIN.fullmatch(str(one).split("::")[-1].strip())
        if found is None:
            where = (*at, "dependencies", place)
            raise source.refuse("package_unreadable", f"“{one}” names no package.", at=where, hint="Such as numpy=2.1.")
        name, sign, rest = found["name"], found["sign"] or "", found["rest"].split("=")[0].strip()
        if name == "python":
            python = ".".join(rest.replace("*", "").strip(".").split(".")[:2])
        elif name != "pip":
            packages.append(f"{name}=={rest}.*" if sign == "=" and rest else f"{name}{sign}{rest}")
    if any(not isinstance(one, dict) and str(one).split("=")[0] not in ("python", "pip") for one in listed):
        warnings.append("Packages of conda channels are taken from the Python package index under the same names.")
    return Requirements(packages=tuple(packages), python=python)
