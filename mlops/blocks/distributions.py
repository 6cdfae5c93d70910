"""Installed packages by the name under which they are imported."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

OTHER_NAMES = {"xgboost": ("xgboost-cpu",)}
"""Distributions of the same package under another name."""


def installed_version(framework: str) -> tuple[str, str]:
    """The distribution's name and version. Raises PackageNotFoundError."""
    for name in (framework, *OTHER_NAMES.get(framework, ())):
        try:
            return name, version(name)
        except PackageNotFoundError:
            continue
    raise PackageNotFoundError(framework)
