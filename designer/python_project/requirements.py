"""The exact packages of an exported project: those that its sources import, in the versions that run here."""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib.metadata import packages_distributions, requires, version

from packaging.requirements import Requirement

from designer.python_project.sources import sources

IMPLICIT = {"pandas": ("pytz",)}


def requirements(extras: set[str]) -> str:
    """One line a package. Optional ones only where a component of the pipeline needs them."""
    optional = {name: extra for extra, names in _optional().items() for name in names}
    names = {name for name in _imported() if name not in optional or optional[name] in extras}
    lines = sorted(f"{name}=={version(name)}" for name in names)
    return "".join(f"{line}\n" for line in lines)


@cache
def _imported() -> frozenset[str]:
    """Distributions whose modules the sources import."""
    modules: set[str] = set()
    for path, text in sources().items():
        if not path.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                modules.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    known = packages_distributions()
    ours = _ours()
    return frozenset(
        name.lower()
        for module in modules - set(sys.stdlib_module_names)
        for name in known.get(module, ())
        if name.lower() in ours
    )


@cache
def _ours() -> frozenset[str]:
    """Packages that the product itself asks for; what else a source may import is not always there."""
    return frozenset(Requirement(line).name.lower() for line in requires("mlops-studio") or ()) | {"scipy"}


@cache
def _optional() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in requires("mlops-studio") or ():
        one = Requirement(line)
        if one.marker is None or "extra" not in str(one.marker):
            continue
        extra = str(one.marker).split('"')[1]
        found.setdefault(extra, set()).add(one.name.lower())
    needed = {Requirement(line).name.lower() for line in requires("mlops-studio") or () if "extra" not in line}
    return {extra: frozenset(names - needed) for extra, names in found.items()}
