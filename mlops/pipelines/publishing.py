"""Publishing a pipeline behind an endpoint, and calling it. A published version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.components.brought import JobLibrary
from mlops.events.chain import record
from mlops.events.facts import Change, sides, stored
from mlops.formats.definition import Definition
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, nearest
from mlops.pipelines.actions import PipelineInvalid, submit
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline, Schedule
from mlops.pipelines.queries import examined
from mlops.runs.models import Run


def publish(
    actor: Any,
    project: Project,
    *,
    endpoint: str,
    spec: PipelineSpec,
    document: dict[str, Any],
    description: str = "",
    make_default: bool = True,
    origin: str = "",
    job: Mapping[str, Any] | None = None,
) -> PublishedPipeline:
    """The next version behind the endpoint of that name, which is made where it is new. `job`: PublishedPipeline.job.

    Raises PipelineInvalid with every problem, Refusal `endpoint_name_missing`."""
    require(actor, "pipelines.design", project)
    name = endpoint.strip()[:120]
    if not name:
        raise Refusal("endpoint_name_missing", _("Give the endpoint a name."))
    blocking = tuple(
        problem for problem in examined(project, spec, _library(project, job))[1] if problem.severity == "error"
    )
    if blocking:
        raise PipelineInvalid(blocking)
    with transaction.atomic():
        behind = PipelineEndpoint.objects.select_for_update(no_key=True).filter(project=project, name=name).first()
        if behind is None:
            behind = PipelineEndpoint.objects.create(project=project, name=name, created_by=actor)
        version = PublishedPipeline.objects.create(
            endpoint=behind,
            number=behind.next_number,
            spec=msgspec.to_builtins(spec),
            document=document,
            description=description.strip(),
            origin=origin,
            job=dict(job or {}),
            created_by=actor,
        )
        behind.next_number += 1
        if make_default or behind.default is None:
            behind.default = version
        behind.save(update_fields=["next_number", "default"])
        _tell(actor, "published", behind, {"version": version.number, "default": behind.default == version})
    return version


def set_default(actor: Any, endpoint: PipelineEndpoint, *, number: int) -> None:
    require(actor, "pipelines.design", endpoint.project)
    version = version_of(endpoint, number)
    if not version.is_enabled:
        raise _disabled(str(version))
    with transaction.atomic():
        was = stored(endpoint)
        PipelineEndpoint.objects.filter(pk=endpoint.pk).update(default=version)
        _tell(actor, "default_set", endpoint, {"version": number}, (was, stored(endpoint)))
    endpoint.default = version


def describe(actor: Any, endpoint: PipelineEndpoint, *, description: str) -> None:
    require(actor, "pipelines.design", endpoint.project)
    with transaction.atomic():
        was = stored(endpoint)
        PipelineEndpoint.objects.filter(pk=endpoint.pk).update(description=description.strip())
        _tell(actor, "described", endpoint, {}, (was, stored(endpoint)))
    endpoint.description = description.strip()


def enable(actor: Any, what: PipelineEndpoint | PublishedPipeline) -> None:
    _switch(actor, what, is_enabled=True)


def disable(actor: Any, what: PipelineEndpoint | PublishedPipeline) -> None:
    """Refused while an enabled schedule calls it: `schedule_active`, naming them."""
    endpoint = what if isinstance(what, PipelineEndpoint) else what.endpoint
    require(actor, "pipelines.design", endpoint.project)
    calling = Schedule.objects.filter(endpoint=endpoint, is_enabled=True)
    if isinstance(what, PublishedPipeline):
        calling = calling.filter(version=what) | (
            calling.filter(version=None) if endpoint.default_id == what.pk else calling.none()
        )
    names = sorted({schedule.name for schedule in calling})
    if names:
        raise Refusal(
            "schedule_active",
            _("“%(what)s” is called by a schedule that is enabled: %(names)s.")
            % {"what": what, "names": ", ".join(names)},
            hint=_("Disable the schedule first."),
            status=409,
        )
    _switch(actor, what, is_enabled=False)


def call(
    actor: Any,
    endpoint: PipelineEndpoint,
    *,
    number: int | None = None,
    experiment: str = "",
    parameters: Mapping[str, Any] | None = None,
    description: str = "",
    display_name: str = "",
    continue_on_step_failure: bool = True,
    origin: str = "",
) -> Run:
    """A run of the version, or of the default one. Raises Refusal `pipeline_disabled`, `version_unknown` and those of
    `submit`."""
    require(actor, "pipelines.run", endpoint.project)
    version = endpoint.default if number is None else version_of(endpoint, number)
    if version is None:
        raise _no_version(endpoint, number)
    if not endpoint.is_enabled or not version.is_enabled:
        raise _disabled(str(version) if endpoint.is_enabled else str(endpoint))
    return submit(
        actor,
        endpoint.project,
        spec=msgspec.convert(version.spec, type=PipelineSpec),
        experiment=experiment or endpoint.name,
        parameters=parameters,
        document=version.document or None,
        display_name=display_name or str(version),
        description=description,
        continue_on_step_failure=continue_on_step_failure,
        origin=origin or f"pipeline-endpoints/{endpoint.pk}@{version.number}",
        **_of_job(endpoint.project, version.job),
    )


def version_of(endpoint: PipelineEndpoint, number: int) -> PublishedPipeline:
    found = (
        PublishedPipeline.objects.filter(endpoint=endpoint, number=number).select_related("endpoint__project").first()
    )
    if found is None:
        raise _no_version(endpoint, number)
    return found


def _library(project: Project, job: Mapping[str, Any] | None) -> JobLibrary | None:
    """None: the project's own."""
    if not job:
        return None
    return JobLibrary(project, msgspec.convert(job.get("definitions", {}), type=dict[str, Definition]))


def _of_job(project: Project, job: Mapping[str, Any]) -> dict[str, Any]:
    """What a job from a file adds to `submit`."""
    if not job:
        return {}
    kept = {name: job[name] for name in ("kind", "source", "tags", "git", "does_without_optional") if name in job}
    return {**kept, "job": job.get("told"), "library": _library(project, job)}


def _switch(actor: Any, what: PipelineEndpoint | PublishedPipeline, *, is_enabled: bool) -> None:
    endpoint = what if isinstance(what, PipelineEndpoint) else what.endpoint
    require(actor, "pipelines.design", endpoint.project)
    with transaction.atomic():
        was = stored(what)
        type(what).objects.filter(pk=what.pk).update(is_enabled=is_enabled)
        number = what.number if isinstance(what, PublishedPipeline) else None
        _tell(actor, "enabled" if is_enabled else "disabled", endpoint, {"version": number}, (was, stored(what)))
    what.is_enabled = is_enabled


def _tell(actor: Any, act: str, endpoint: PipelineEndpoint, data: dict[str, Any], change: Change | None = None) -> None:
    record(
        actor,
        f"mlops.pipeline.{act}",
        subject=f"pipeline-endpoints/{endpoint.pk}",
        project=endpoint.project,
        data={"name": endpoint.name, **data},
        notice=("pipeline", str(endpoint.pk)),
        **sides(change),
    )


def _disabled(what: str) -> Refusal:
    return Refusal(
        "pipeline_disabled",
        _("“%(what)s” is disabled, so it cannot be called.") % {"what": what},
        hint=_("Enable it, or call another version."),
        status=409,
    )


def _no_version(endpoint: PipelineEndpoint, number: int | None) -> Refusal:
    numbers = [str(one) for one in PublishedPipeline.objects.filter(endpoint=endpoint).values_list("number", flat=True)]
    return Refusal(
        "version_unknown",
        _("“%(name)s” has no version %(number)s.") % {"name": endpoint.name, "number": number},
        hint=nearest(str(number), numbers) or _("Its versions: %(all)s.") % {"all": ", ".join(numbers)},
        status=404,
    )
