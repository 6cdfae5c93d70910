"""The kinds of things in the lineage, one class each: how a thing is named, found, linked to and shown.

Packages above this one register theirs when they are loaded."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.lineage.kinds.code import CodeFolders, Commits
from mlops.lineage.kinds.datasets import DatasetVersions
from mlops.lineage.kinds.decisions import Attempts, Rollouts, Transitions
from mlops.lineage.kinds.deployments import Deployments, Endpoints
from mlops.lineage.kinds.images import Images
from mlops.lineage.kinds.kind import Fan, Kind
from mlops.lineage.kinds.models import ModelVersions
from mlops.lineage.kinds.monitors import Looks, Monitors
from mlops.lineage.kinds.parts import ComponentVersions, EnvironmentVersions
from mlops.lineage.kinds.pipelines import Pipelines, Schedules
from mlops.lineage.kinds.places import Datastores, Sources
from mlops.lineage.kinds.runs import Runs, Steps
from mlops.lineage.kinds.windows import Windows

KINDS: list[Kind] = [
    Datastores(),
    Sources(),
    DatasetVersions(),
    Commits(),
    CodeFolders(),
    ComponentVersions(),
    EnvironmentVersions(),
    Pipelines(),
    Schedules(),
    Runs(),
    Steps(),
    ModelVersions(),
    Images(),
    Deployments(),
    Endpoints(),
    Windows(),
    Monitors(),
    Looks(),
    Attempts(),
    Transitions(),
    Rollouts(),
]
__all__ = ["KINDS", "Fan", "Kind", "find", "kind_of", "name_of", "register"]


def register(kind: Kind) -> None:
    if all(known.prefix != kind.prefix for known in KINDS):
        KINDS.append(kind)


def kind_of(row: Any) -> Kind:
    return kind_for(type(row))


def kind_for(model: type[Any]) -> Kind:
    return next(kind for kind in KINDS if issubclass(model, kind.model))


def name_of(row: Any) -> str:
    return kind_of(row).name(row)


def prefixed(prefix: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.prefix == prefix), None)


def find(projects: list[Project], name: str) -> Any:
    """The row with this name in one of the projects. Raises Refusal that names the nearest."""
    prefix, _slash, rest = name.partition("/")
    kind = prefixed(prefix)
    if kind is None:
        prefixes = [kind.prefix for kind in KINDS]
        raise Refusal(
            "lineage_kind_unknown",
            _("“%(name)s” names nothing that lineage knows.") % {"name": name},
            hint=nearest(prefix, prefixes) or _("Begin with one of: %(kinds)s.") % {"kinds": ", ".join(prefixes)},
            where=Where(parameter="of", value=name),
        )
    row = kind.find(projects, rest)
    if row is None:
        known = kind.known(projects)
        raise Refusal(
            "lineage_name_unknown",
            _("There is no “%(name)s” that you may see.") % {"name": name},
            hint=nearest(name, known) or _("Such as %(names)s.") % {"names": ", ".join(known[:5]) or "-"},
            status=404,
            where=Where(parameter="of", value=name),
        )
    return row
