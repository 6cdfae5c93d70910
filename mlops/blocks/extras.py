"""The optional parts of the product: which package each needs, and whether it is there. Nothing is imported for it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Problem
from mlops.formats.spoken import gettext as _
from mlops.formats.spoken import told

MODULES: Mapping[str, tuple[str, ...]] = {
    "deep": ("torch", "torchvision"),
    "text": ("gensim",),
    "vowpal-wabbit": ("vowpalwabbit",),
    "xgboost": ("xgboost",),
}
"""By extra of pyproject.toml: the modules that it installs and a component imports."""


def is_installed(extra: str, modules: Mapping[str, tuple[str, ...]] = MODULES) -> bool:
    """True for the empty name: what needs no extra is always there."""
    return not extra or all(find_spec(module) is not None for module in modules[extra])


def install_command(extra: str) -> str:
    return f"pip install 'mlops-studio[{extra}]'"


def missing_extra(component: Component, modules: Mapping[str, tuple[str, ...]] = MODULES) -> Problem | None:
    if is_installed(component.extra, modules):
        return None
    message = _("%(title)s needs the optional part '%(extra)s', which is not installed on this server.") % {
        "title": told(component.title),
        "extra": component.extra,
    }
    hint = _("Ask whoever runs the server to execute: %(install_command)s, then to start it again.") % {
        "install_command": install_command(component.extra)
    }
    return problem("extra_missing", message, hint=hint)
