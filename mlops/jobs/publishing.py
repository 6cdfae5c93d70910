"""Jobs from files behind lasting addresses, so that schedules can call them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.formats.refusal import Refusal
from mlops.jobs.actions import told, understand
from mlops.jobs.reading import plain
from mlops.pipelines.models import PublishedPipeline, Schedule
from mlops.pipelines.publishing import publish
from mlops.pipelines.schedules import change_schedule, create_schedule, disable_schedule, enable_schedule


def publish_job(
    actor: Any, project: Project, folder: Path, *, endpoint: str, main: str = "", settings: tuple[str, ...] = ()
) -> tuple[PublishedPipeline, tuple[str, ...]]:
    """The next version behind the endpoint of that name, and what was read without a meaning here.

    Either all of it is created or nothing. Raises as `create_job` does."""
    require(actor, "jobs.submit", project)
    with transaction.atomic():
        found = understand(actor, project, folder, main=main, settings=settings)
        prepared = found.prepared
        version = publish(
            actor,
            project,
            endpoint=endpoint,
            spec=prepared.spec,
            document=msgspec.to_builtins(prepared.document) if prepared.document else {},
            description=prepared.facts.description,
            origin=f"files/{found.source.name}"[:200],
            job={
                "kind": found.kind,
                "source": plain(found.source.value),
                "tags": dict(prepared.facts.tags),
                "git": found.git,
                "does_without_optional": prepared.does_without_optional,
                "told": told(found),
                "definitions": msgspec.to_builtins(prepared.library.own()),
            },
        )
    return version, found.warnings


def schedule_job(
    actor: Any,
    project: Project,
    folder: Path,
    *,
    schedule: Mapping[str, Any],
    main: str = "",
    settings: tuple[str, ...] = (),
) -> tuple[Schedule, tuple[str, ...]]:
    """Published under the schedule's name, and called by it. `schedule`: arguments of `create_schedule`.

    Either all of it is created or nothing. Raises as `create_job` and `create_schedule` do."""
    with transaction.atomic():
        name = str(schedule.get("name", ""))
        version, warnings = publish_job(actor, project, folder, endpoint=name, main=main, settings=settings)
        made = create_schedule(actor, version.endpoint, **schedule)
    return made, warnings


def reschedule_job(
    actor: Any,
    known: Schedule,
    folder: Path,
    *,
    schedule: Mapping[str, Any],
    main: str = "",
    settings: tuple[str, ...] = (),
) -> tuple[Schedule, tuple[str, ...]]:
    """The job becomes the next version of what the schedule calls, and all else of it is as `schedule` says.

    Either all of it is changed or nothing. Raises as `publish_job` and `change_schedule` do, and Refusal
    `schedule_elsewhere` where it calls a pipeline that others may call as well."""
    if known.endpoint.name != known.name:
        raise Refusal(
            "schedule_elsewhere",
            _("“%(name)s” calls the published pipeline “%(pipeline)s”, not a job of its own.")
            % {"name": known.name, "pipeline": known.endpoint.name},
            hint=_("Publish the pipeline anew, or delete the schedule and create it from this file."),
            status=409,
        )
    given = dict(schedule)
    given.pop("name", None)
    is_enabled = given.pop("is_enabled", True)
    with transaction.atomic():
        project, name = known.project, known.name
        _version, warnings = publish_job(actor, project, folder, endpoint=name, main=main, settings=settings)
        known.endpoint.refresh_from_db()
        change_schedule(actor, known, **given)
        if is_enabled != known.is_enabled:
            (enable_schedule if is_enabled else disable_schedule)(actor, known)
    return known, warnings
