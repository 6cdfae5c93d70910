"""Reading conversions, packages and profiles."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.formats.profiling import ProfileReport, Recommendation
from mlops.formats.refusal import Refusal
from mlops.packaging.models import (
    Conversion,
    ConversionKind,
    ConversionState,
    Image,
    PipelinePackage,
    Profile,
    ProfileState,
    RegistryLogin,
)
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run


def visible_to(user: Any) -> QuerySet[Conversion]:
    return Conversion.objects.filter(version__model__project__in=visible_projects(user))


def conversions_of(version: ModelVersion) -> QuerySet[Conversion]:
    return Conversion.objects.filter(version=version).select_related("created_by", "reference__dataset")


def best_conversion(version: ModelVersion) -> Conversion | None:
    """The closest accepted one, else one under way, else the latest; never one that was optimised or quantised."""
    found = sorted(conversions_of(version).filter(kind=ConversionKind.ONNX)[:20], key=lambda one: one.tolerance)
    for states in ((ConversionState.ACCEPTED,), (ConversionState.RUNNING, ConversionState.QUEUED)):
        for conversion in found:
            if conversion.state in states:
                return conversion
    return max(found, key=lambda one: one.created_at, default=None)


def packages_of(run: Run) -> QuerySet[PipelinePackage]:
    """Newest first."""
    return PipelinePackage.objects.filter(run=run).select_related("version__model", "created_by")


def profiles_of(version: ModelVersion) -> QuerySet[Profile]:
    """Newest first."""
    return Profile.objects.filter(version=version).select_related("version__model", "created_by", "dataset__dataset")


def visible_profile(user: Any, profile_id: uuid.UUID) -> Profile:
    found = Profile.objects.filter(pk=profile_id, version__model__project__in=visible_projects(user))
    one = found.select_related("version__model__project", "created_by", "dataset__dataset").first()
    if one is None:
        raise Refusal("not_found", _("There is no such profile, or you may not see it."), status=404)
    return one


def images_of(version: ModelVersion) -> QuerySet[Image]:
    """Newest first."""
    return Image.objects.filter(version=version).select_related("version__model__project", "created_by")


def visible_image(user: Any, image_id: uuid.UUID) -> Image:
    found = Image.objects.filter(pk=image_id, version__model__project__in=visible_projects(user))
    one = found.select_related("version__model__project", "created_by", "conversion").first()
    if one is None:
        raise Refusal("not_found", _("There is no such image, or you may not see it."), status=404)
    return one


def registry_logins(user: Any, project: Project) -> QuerySet[RegistryLogin]:
    return RegistryLogin.objects.filter(project=project, project__in=visible_projects(user)).select_related(
        "created_by"
    )


def visible_registry_login(user: Any, login_id: uuid.UUID) -> RegistryLogin:
    found = RegistryLogin.objects.filter(pk=login_id, project__in=visible_projects(user)).select_related("project")
    one = found.first()
    if one is None:
        raise Refusal("not_found", _("There is no such login, or you may not see it."), status=404)
    return one


def report_of(profile: Profile) -> ProfileReport | None:
    return msgspec.convert(profile.report, ProfileReport) if profile.report else None


class Recommended(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment of the version may begin with, and the profile that says so."""

    profile: Profile
    recommendation: Recommendation


def recommended(version: ModelVersion, *, entry: str = "") -> Recommended | None:
    """By the newest profile that met its target, else by the newest; of that entry, where one is given."""
    found = profiles_of(version).filter(state=ProfileState.COMPLETED)
    if entry:
        found = found.filter(entry=entry)
    told = [
        Recommended(profile=one, recommendation=report.recommendation)
        for one in found[:20]
        if (report := report_of(one)) is not None and report.recommendation is not None
    ]
    return next((one for one in told if one.recommendation.meets), told[0] if told else None)
