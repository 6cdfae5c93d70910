"""A draft from files: our own export, or a pipeline YAML of Azure ML that somebody else wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from designer.actions import create_draft
from designer.graph.document import read as checked
from designer.models import Draft
from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.components.actions import create_version
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.components.registering import Built
from mlops.formats.azureml.job_fields import Given
from mlops.formats.azureml.lines import Source, load
from mlops.formats.azureml.pipeline import Locate
from mlops.formats.definition import Definition
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal
from mlops.jobs.components import Components
from mlops.jobs.reading import Files


@dataclass(frozen=True, kw_only=True)
class ReadDrawing:
    title: str
    help: str
    document: Document
    warnings: tuple[str, ...]
    touched: tuple[str, ...]
    """Files, and folders of code, that it was read from."""


def import_folder(
    actor: Any, project: Project, folder: Path, *, main: str = "", name: str = "", settings: tuple[str, ...] = ()
) -> tuple[Draft, tuple[str, ...]]:
    """The draft, and what was read without a meaning here. Either everything is created (the draft, and components
    that came along), or nothing. Raises ImportImpossible with every fault, each with its line."""
    require(actor, "pipelines.design", project)
    path = main or _main(folder)
    with transaction.atomic():
        found = read_drawing(actor, project, folder, main=path, settings=settings)
        draft = create_draft(
            actor,
            project,
            name=name.strip() or found.title,
            document=found.document,
            description=found.help,
            cloned_from=f"files/{path}"[:200],
        )
    return draft, found.warnings


def read_drawing(
    actor: Any, project: Project, folder: Path, *, main: str, settings: tuple[str, ...] = ()
) -> ReadDrawing:
    """What the file draws; components that came along are kept in the project. Within a transaction of the caller's.
    Raises ImportImpossible with every fault, each with its line."""
    files = Files(actor, project, folder)
    library = _Imported(actor, project)
    read = Components(files, library, library.register, _datasets, runs=False).pipeline(files.main(main, settings))
    return ReadDrawing(
        title=read.title or Path(main).stem,
        help=read.help,
        document=checked(msgspec.to_builtins(read.document)),
        warnings=tuple(dict.fromkeys((*files.warnings, *read.warnings))),
        touched=tuple(sorted(files.touched)),
    )


class _Imported(ProjectLibrary):
    """What comes along becomes a component of the project, which a drawing needs."""

    def __init__(self, actor: Any, project: Project) -> None:
        super().__init__(project)
        self.actor = actor

    def register(self, built: Built) -> Definition:
        row = create_version(
            self.actor, self.project, built.definition, kind=built.kind, tags=built.tags, warnings=built.warnings
        )
        self._known.clear()
        return definition_of(row)


def _datasets(source: Source) -> Locate:
    """A drawing begins with datasets alone."""
    return lambda given: _dataset(source, given)


def _dataset(source: Source, given: Given) -> dict[str, Any]:
    at, path = (*given.at, "path"), given.path
    if not path.startswith("azureml:") or path.startswith("azureml://"):
        hint = _("Import it first (mlops data create --name NAME --path FILE), then write path: azureml:NAME:1.")
        message = _("Data at “%(path)s” is no dataset here.") % {"path": path}
        raise source.refuse("data_elsewhere", message, at=at, hint=hint)
    name = path.removeprefix("azureml:")
    if "@" in name:
        return {"dataset": name.rsplit("@", 1)[0]}
    name, _colon, version = name.rpartition(":")
    if not name or not version.isdecimal():
        hint = _("Write azureml:NAME:VERSION or azureml:NAME@latest.")
        message = _("“%(path)s” names no dataset version.") % {"path": path}
        raise source.refuse("data_unreadable", message, at=at, hint=hint)
    return {"dataset": name, "version": int(version)}


def _main(folder: Path) -> str:
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in (".yml", ".yaml") or name.endswith(".layout.yaml") or not path.is_file():
            continue
        try:
            value = load(name, path.read_text(encoding="utf-8")).value
        except (Refusal, UnicodeDecodeError):
            value = None
        if isinstance(value, dict) and ("jobs" in value or value.get("type") == "pipeline"):
            found.append((("pipelineComponent" in str(value.get("$schema"))), name.count("/"), name))
    if found:
        return min(found)[2]
    raise Refusal(
        "pipeline_missing",
        _("No YAML file with `jobs` is among the files."),
        hint=_("Send a pipeline job's YAML, or the zip that “Export” gave."),
        status=422,
    )
