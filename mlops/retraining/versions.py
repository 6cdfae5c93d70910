"""A model version by what somebody typed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.formats.refusal import Refusal, Where
from mlops.registry.models import ModelVersion
from mlops.registry.queries import versions_named


def version_named(person: Any, project: Project, text: str, model: str, *, where: str) -> ModelVersion:
    """`name:number`, also of a model that another project offers (`owner/name:number`), or a number of `model`.
    Raises Refusal `version_unknown`, listing those that are there."""
    name, _colon, number = text.strip().removeprefix("azureml:").rpartition(":")
    versions = versions_named(person, project, name or model)
    found = versions.filter(number=int(number)).first() if number.isdecimal() else None
    if found is not None:
        return found
    known = ", ".join(f"{name or model}:{one}" for one in versions.values_list("number", flat=True)[:10])
    raise Refusal(
        "version_unknown",
        _("There is no model version “%(text)s”.") % {"text": text},
        hint=_("There are: %(names)s.") % {"names": known} if known else _("Register a version first."),
        status=404,
        where=Where(parameter=where, value=text),
    )
