"""The one door for jobs from YAML: which kind of job a file, or an entry of a pipeline's `jobs`, holds."""

from __future__ import annotations

from typing import Any, Literal

from mlops.formats.azureml.lines import Path, Source, fields
from mlops.formats.refusal import nearest
from mlops.formats.spoken import gettext as _

JobKind = Literal["command", "pipeline", "sweep", "parallel"]
KINDS: tuple[JobKind, ...] = ("command", "pipeline", "sweep", "parallel")
SCHEMAS = {f"{kind}job": kind for kind in KINDS}
ELSEWHERE = {
    "import": "Import the data first: mlops data create --name NAME --path FILE, then name it as an input.",
    "spark": "Write it as a command job that starts your script; Polars and DuckDB read large tables here.",
    "automl": "Use a sweep job over your training script, or the designer's “Tune Model Hyperparameters”.",
    "labeling": "Labels come with the data: register them as a data asset.",
    "base": "Say type: command, pipeline, sweep or parallel.",
    "distillation": "Write it as a command job.",
    "finetuning": "Write it as a command job.",
}  # fmt: skip


BY_FIELD: dict[str, JobKind] = {
    "jobs": "pipeline",
    "trial": "sweep",
    "search_space": "sweep",
    "mini_batch_size": "parallel",
    "command": "command",
}
"""Fields that only one kind has, the telling ones first."""


def job_kind(source: Source, at: Path = ()) -> JobKind:
    """By `type`, else by `$schema`, else by its fields as Azure ML's CLI does. Raises Refusal `job_kind`."""
    found = fields(source, at)
    given = found.get("type") or _of_schema(str(found.get("$schema") or "")) or _of_fields(found)
    kind = str(given).lower()
    if kind in KINDS:
        return next(one for one in KINDS if one == kind)
    if kind in ELSEWHERE:
        raise source.refuse(
            "job_kind",
            _("A job of type “%(given)s” is not run here.") % {"given": given},
            at=(*at, "type"),
            hint=ELSEWHERE[kind],
        )
    if not found.get("type") and (field := _meant(found)):
        raise source.unknown(field, set(BY_FIELD) | {"component"}, at=at, kind="a job")
    hint = nearest(kind, KINDS) or _("Types: command, pipeline, sweep, parallel.")
    message = (
        (_("“%(given)s” is no type of a job.") % {"given": given})
        if found.get("type")
        else _("This file describes no job.")
    )
    raise source.refuse("job_kind", message, at=(*at, "type") if found.get("type") else at, hint=hint)


def _of_schema(schema: str) -> str:
    name = schema.rsplit("/", 1)[-1].removesuffix(".json").removesuffix(".schema").lower()
    if name in SCHEMAS:
        return SCHEMAS[name]
    return name.removesuffix("job") if name.removesuffix("job") in ELSEWHERE else ""


def _of_fields(found: dict[str, Any]) -> str:
    """A command is what a file is taken for that has one; `trial`, `jobs` and `task` belong to one kind each."""
    for field, kind in BY_FIELD.items():
        if field in found:
            return kind
    return "command" if "component" in found else "?"


def _meant(found: dict[str, Any]) -> str:
    """The field whose name is nearly one that tells the kind."""
    return next((field for field in found if nearest(field, BY_FIELD)), "")
