"""Where a version comes from: data sheets of the datasets behind it, and the run that made it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion
from mlops.environments.models import Environment
from mlops.lineage.mentions.asking import named_by
from mlops.lineage.mentions.reading import plain_address
from mlops.lineage.versions.data import read_by_run, told_by_run
from mlops.registry.models import ModelVersion
from mlops.registry.queries import datasets_of
from mlops.registry.report_parts import Part, Table
from mlops.runs.code import git_of
from mlops.runs.models import Run, RunParameter

MOST_COLUMNS = 200
MOST_LOCK_LINES = 400


def data_sheets(version: ModelVersion) -> Iterable[Part]:
    """Of each dataset version that stands behind it or that its run read, once."""
    found: dict[Any, tuple[DatasetVersion, str]] = {
        link.dataset_version_id: (link.dataset_version, link.relation) for link in datasets_of(version)
    }
    for row in read_by_run(version):
        found.setdefault(row.pk, (row, _("read by its run")))
    for row, relation in found.values():
        yield _sheet(DatasetVersion.with_deleted.select_related("dataset").get(pk=row.pk), relation)
    told = tuple((use.name, use.digest, use.context, use.address) for use in told_by_run(version))
    if told:
        heads = (_("Name"), _("Digest"), _("What for"), _("From"))
        yield Part(title=_("Data that its run told of"), tables=(Table(heads=heads, rows=told),))


def _sheet(row: DatasetVersion, relation: str) -> Part:
    dataset = row.dataset
    facts = [
        (_("Relation"), relation),
        (_("Content"), row.content or row.tree_id or ""),
        (_("Rows"), f"{row.row_count:,}" if row.row_count is not None else ""),
        (_("From"), plain_address(row.uri or row.file_name or dataset.source)),
        (_("Licence"), dataset.licence),
        (_("Description"), dataset.description),
        (_("Made"), f"{row.created_at:%Y-%m-%d %H:%M} UTC"),
    ]
    columns = ((row.profile or {}).get("columns") or [])[:MOST_COLUMNS]
    heads = (_("Column"), _("Type"), _("Missing"), _("Distinct"), _("Least"), _("Mean"), _("Most"))
    rows = tuple(_column(one) for one in columns)
    tables = (Table(heads=heads, rows=rows),) if rows else ()
    words = () if rows else (_("No profile is stored."),)
    title = _("Data sheet: %(name)s") % {"name": row}
    return Part(title=title, facts=tuple(one for one in facts if one[1]), words=words, tables=tables)


def _column(one: dict[str, Any]) -> tuple[str, ...]:
    numbers = [one.get(name) for name in ("missing_count", "unique_count", "minimum", "mean", "maximum")]
    return (str(one.get("name", "")), str(one.get("type", "")), *(_short(value) for value in numbers))


def _short(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.5g}" if isinstance(value, float) else str(value)[:40]


def training(version: ModelVersion) -> Iterable[Part]:
    run = version.run
    if run is None:
        told = plain_address(version.source) or version.run_told
        words = _("It was registered from files; no run here made it.")
        yield Part(title=_("Training"), words=(words,), facts=((_("Told origin"), told),) if told else ())
        return
    git = git_of(run)
    facts = [
        (_("Run"), f"#{run.number} {run.display_name} ({run.pk})"),
        (_("Experiment"), run.experiment.name),
        (_("State"), run.get_state_display()),
        (_("Started by"), run.created_by.get_username() if run.created_by else _("the system")),
        (_("From"), run.origin),
        (_("Begun"), f"{run.started_at:%Y-%m-%d %H:%M} UTC" if run.started_at else ""),
        (_("Ended"), f"{run.ended_at:%Y-%m-%d %H:%M} UTC" if run.ended_at else ""),
        (_("Digest of the pipeline"), run.spec_digest),
        (_("Repository"), git.repository_uri if git else ""),
        (_("Branch"), git.branch if git else ""),
        (_("Commit"), (git.commit + (_(" (with changes)") if git.is_dirty else "")) if git else ""),
    ]
    given = RunParameter.objects.filter(run=run).order_by("key").values_list("key", "value")
    rows = tuple((key, value[:200]) for key, value in given)
    tables = (Table(heads=(_("Parameter"), _("Value")), rows=rows),) if rows else ()
    yield Part(title=_("Training"), facts=tuple(one for one in facts if one[1]), tables=tables)
    yield from _environment(run)


def _environment(run: Run) -> Iterable[Part]:
    keys = [one.removeprefix("builds/") for one in named_by(run=run) if one.startswith("builds/")]
    for build in Environment.objects.filter(pk__in=keys).exclude(lock=""):
        lines = [line.strip() for line in build.lock.splitlines()]
        pinned = [line.rstrip(" \\").split(" ;")[0] for line in lines if "==" in line and not line.startswith("#")]
        rows = tuple((line,) for line in pinned[:MOST_LOCK_LINES])
        table = Table(heads=(_("Locked package"),), rows=rows)
        yield Part(title=_("Environment"), facts=((_("Digest"), build.key),), tables=(table,) if rows else ())
    versions = (run.snapshot or {}).get("versions") or {}
    if versions:
        told = tuple((str(name), str(version)) for name, version in sorted(versions.items()))
        table = Table(heads=(_("Program"), _("Version")), rows=told)
        yield Part(title=_("Versions on the machine"), tables=(table,))
