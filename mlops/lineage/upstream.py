"""Which dataset versions fed what a look compares: training data, data of the training run, a baseline or a watched
dataset."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datasets.models import DatasetVersion, VersionState
from mlops.formats.monitor import MonitorSettings
from mlops.formats.pipeline import DATASET_COMPONENT
from mlops.formats.refusal import Refusal
from mlops.monitoring.models import Look, Monitor, MonitorRevision
from mlops.monitoring.sources import target_of, version_behind
from mlops.registry.models import ModelVersion
from mlops.registry.queries import datasets_of
from mlops.runs.models import Run


@dataclass(frozen=True)
class Fed:
    version: DatasetVersion
    why: str


def fed_by(look: Look) -> list[Fed]:
    """Each dataset once, with the version that the baseline stands on. Nothing where what was watched is gone."""
    project, settings = look.monitor.project, settings_of(look)
    found: list[Fed] = []
    if settings.baseline.kind == "dataset":
        named = _named(project, settings.baseline.dataset)
        if named is not None:
            found.append(Fed(named, _("The baseline is %(version)s.") % {"version": named}))
    try:
        watched = target_of(project, settings.target)
    except Refusal:
        return found
    if watched.dataset is not None:
        rows = DatasetVersion.objects.filter(dataset=watched.dataset, state=VersionState.READY)
        first = rows.select_related("dataset").order_by("number").first()
        if first is not None:
            found.append(Fed(first, _("“%(dataset)s” is what is watched.") % {"dataset": watched.dataset.name}))
    version = version_behind(watched)
    if version is not None:
        found += _behind(version)
    unique: dict[object, Fed] = {}
    for fed in found:
        unique.setdefault(fed.version.dataset_id, fed)
    return list(unique.values())


def monitor_datasets(monitor: Monitor) -> list[DatasetVersion]:
    """The newest version of what it watches, where that is a dataset, and its baseline, where that is one."""
    settings = monitor.wanted
    named = []
    if monitor.dataset is not None:
        named.append(_named(monitor.project, monitor.dataset.name))
    if settings.baseline.kind == "dataset":
        named.append(_named(monitor.project, settings.baseline.dataset))
    return [version for version in named if version is not None]


def settings_of(look: Look) -> MonitorSettings:
    """Those that the look was made with."""
    row = MonitorRevision.objects.filter(monitor=look.monitor_id, number=look.revision).first()
    return msgspec.convert(row.settings, MonitorSettings) if row else look.monitor.wanted


def run_datasets(run: Run) -> list[DatasetVersion]:
    """The versions that its data nodes name, each once."""
    wanted: dict[tuple[str, int], None] = {}
    for node in run.spec.get("nodes", []):
        given = node.get("parameters", {})
        if node.get("component") == DATASET_COMPONENT and isinstance(given.get("version"), int):
            wanted[str(given.get("dataset", "")), given["version"]] = None
    if not wanted:
        return []
    named = reduce(or_, (Q(dataset__name=name, number=number) for name, number in wanted))
    rows = DatasetVersion.objects.filter(named, dataset__project=run.project_id).select_related("dataset__project")
    known = {(row.dataset.name, row.number): row for row in rows}
    return [known[key] for key in wanted if key in known]


def _behind(version: ModelVersion) -> list[Fed]:
    linked = [
        Fed(
            row.dataset_version,
            _("%(model)s was trained on %(version)s.") % {"model": version, "version": row.dataset_version},
        )
        for row in datasets_of(version)
    ]
    if version.run is None:
        return linked
    words = _("The run that trained %(model)s read %(version)s.")
    return linked + [Fed(one, words % {"model": version, "version": one}) for one in run_datasets(version.run)]


def _named(project: Project, text: str) -> DatasetVersion | None:
    name, _colon, number = text.partition(":")
    rows = DatasetVersion.objects.filter(dataset__project=project, dataset__name=name, state=VersionState.READY)
    if number.isdecimal():
        rows = rows.filter(number=int(number))
    return rows.select_related("dataset").order_by("-number").first()
