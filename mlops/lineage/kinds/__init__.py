"""The kinds of things in the lineage, one file each: how a thing is named, found, linked to and shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.lineage.kinds.attempts import Attempts
from mlops.lineage.kinds.datasets import DatasetVersions
from mlops.lineage.kinds.deployments import Deployments
from mlops.lineage.kinds.kind import Kind, Link
from mlops.lineage.kinds.looks import Looks
from mlops.lineage.kinds.models import ModelVersions
from mlops.lineage.kinds.monitors import Monitors
from mlops.lineage.kinds.runs import Runs
from mlops.lineage.kinds.windows import Windows

KINDS: tuple[Kind, ...] = (
    DatasetVersions(),
    Runs(),
    ModelVersions(),
    Deployments(),
    Windows(),
    Monitors(),
    Looks(),
    Attempts(),
)
__all__ = ["KINDS", "Kind", "Link", "find", "kind_of", "name_of"]


def kind_of(row: Any) -> Kind:
    return next(kind for kind in KINDS if isinstance(row, kind.model))


def name_of(row: Any) -> str:
    return kind_of(row).name(row)


def find(projects: list[Project], name: str) -> Any:
    """The row with this name in one of the projects. Raises Refusal that names the nearest."""
    prefix, _slash, rest = name.partition("/")
    kind = next((kind for kind in KINDS if kind.prefix == prefix), None)
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
