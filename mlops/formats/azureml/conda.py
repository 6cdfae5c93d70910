"""Conda's environment files: channels, `name=version=build`, and the `pip` block."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from mlops.formats.azureml.conda_names import pip_name, why_dropped
from mlops.formats.azureml.environment_parts import Mapped, ReadFile
from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.azureml.pip_lines import read_pip
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import own_python
from mlops.formats.spoken import gettext as _

KNOWN = {"name", "channels", "dependencies", "prefix", "variables", "platforms", "category"}
SPEC = re.compile(
    r"(?:(?P<channel>[^\s:\[]+)::)?(?P<name>[A-Za-z0-9_.\-]+)\s*(?P<extras>\[[^\]]*\])?\s*(?P<version>[=<>!~\d*].*)?"
)
VERSION_IN_BRACKETS = re.compile(r"version\s*=\s*[\"']?([^\"'\]]+)[\"']?")


class CondaRead(msgspec.Struct, frozen=True, kw_only=True):
    requirements: Requirements
    report: tuple[Mapped, ...]
    warnings: tuple[str, ...]
    variables: dict[str, str]


def read_conda(source: Source, at: Path, read_file: ReadFile, *, base: str = "") -> CondaRead:
    """What it asks for, mapped to the package index; `base`: the file that paths in it are relative to.

    Raises Refusal with file, line and nearest name."""
    found = fields(source, at)
    for name in found:
        if name not in KNOWN:
            raise source.unknown(name, KNOWN, at=at, kind=_("a conda file"))
    listed = found.get("dependencies") or []
    if not isinstance(listed, list):
        hint = _("Such as:\ndependencies:\n  - python=3.11\n  - scikit-learn")
        raise source.refuse("list_expected", _("“dependencies” must be a list."), at=(*at, "dependencies"), hint=hint)
    reading = _Reading(source, read_file, base)
    for place, one in enumerate(listed):
        reading.add(one, (*at, "dependencies", place))
    channels = [one for one in found.get("channels") or [] if isinstance(one, str)]
    conda = tuple(reading.conda)
    return CondaRead(
        requirements=Requirements(
            packages=tuple(dict.fromkeys(reading.packages)),
            python=reading.python,
            conda=conda,
            channels=tuple(channels) if conda else (),
            constraints=tuple(reading.constraints),
            options=tuple(reading.options),
            hashes=reading.hashes,
        ),
        report=tuple(reading.report),
        warnings=tuple(reading.warnings),
        variables={str(key): str(value) for key, value in (found.get("variables") or {}).items()},
    )


class _Reading:
    def __init__(self, source: Source, read_file: ReadFile, base: str) -> None:
        self._source, self._read_file, self._base = source, read_file, base
        self.packages: list[str] = []
        self.conda: list[str] = []
        self.constraints: list[str] = []
        self.options: list[str] = []
        self.hashes: dict[str, tuple[str, ...]] = {}
        self.report: list[Mapped] = []
        self.warnings: list[str] = []
        self.python = ""

    def add(self, one: Any, at: Path) -> None:
        if isinstance(one, dict):
            if set(one) != {"pip"}:
                unknown = next(str(name) for name in one if name != "pip")
                raise self._source.unknown(unknown, {"pip"}, at=at, kind=_("the dependencies of a conda file"))
            self._add_pip(one["pip"], (*at, "pip"))
        else:
            self._add_conda(str(one).split("#")[0].strip(), at)

    def _add_pip(self, listed: Any, at: Path) -> None:
        if listed is not None and not isinstance(listed, list):
            raise self._source.refuse("list_expected", _("“pip” must be a list of packages."), at=at)
        lines = [str(line) for line in listed or []]
        name = self._source.name
        found = read_pip(lines, name=name, read_file=self._read_file, base=self._base)
        self.packages += found.packages
        self.constraints += found.constraints
        self.options += found.options
        self.hashes |= found.hashes
        self.report += found.report
        self.warnings += found.warnings

    def _add_conda(self, spec: str, at: Path) -> None:
        found = SPEC.fullmatch(spec)
        if found is None:
            raise self._source.refuse(
                "package_unreadable",
                _("“%(spec)s” names no package.") % {"spec": spec},
                at=at,
                hint=_("Such as numpy=2.1."),
            )
        name, version = found["name"], _version(found["version"] or "", found["extras"] or "")
        if name == "python":
            self.python = python_of(version)
            return
        if name == "pip":
            return
        mapped = pip_name(name)
        if mapped is None:
            self.conda.append(spec)
            self.report.append(Mapped(asked=spec, how="conda", why=_("Only a conda tool installs it.")))
        elif not mapped:
            self.report.append(Mapped(asked=spec, how="dropped", why=why_dropped(name)))
        else:
            line = f"{mapped}{version}"
            self.packages.append(line)
            how, why = ("kept", "") if mapped == name else ("mapped", f"It is called {mapped} in the package index.")
            self.report.append(Mapped(asked=spec, got=line, how=how, why=why))  # type: ignore[arg-type]


def _version(written: str, brackets: str) -> str:
    """As PEP 440 has it: conda's `=1.2` is `==1.2.*`, `==1.2` and a bare `1.2` are exact; a build is left out."""
    if brackets and (inner := VERSION_IN_BRACKETS.search(brackets)):
        written = inner[1]
    written = re.sub(r"\s*([=<>!~,])\s*", r"\1", written.strip()).split(" ")[0]
    if not written or written in ("*", "=*"):
        return ""
    parts = [_part(part) for part in written.split("|")[0].split(",") if part]
    return ",".join(part for part in parts if part)


def _part(written: str) -> str:
    if match := re.fullmatch(r"(>=|<=|!=|~=|<|>)(.+)", written):
        version = match[2].split("=")[0]
        return f"{match[1]}{version}" if match[1] in ("!=", "~=") else f"{match[1]}{version.removesuffix('.*')}"
    if written.startswith("=="):
        return f"=={written[2:].split('=')[0]}"
    fuzzy = written.startswith("=")
    version, _equals, _build = written.removeprefix("=").partition("=")
    version = version.removesuffix("*").rstrip(".")
    if not version:
        return ""
    if _build and not fuzzy:
        return f"=={version}"
    return f"=={version}.*" if fuzzy or written.split("=")[0].endswith("*") else f"=={version}"


def python_of(version: str) -> str:
    """The minor version that a specifier is for: the product's own where it fits, else the first that is named."""
    if not version:
        return ""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    numbers = re.findall(r"\d+\.\d+", version)
    try:
        fits = SpecifierSet(version).contains(f"{own_python()}.99" if ".*" in version else own_python())
    except InvalidSpecifier:
        fits = False
    if not numbers or (fits and not version.startswith("==")):
        return own_python()
    return str(numbers[0])
