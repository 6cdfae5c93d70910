"""Aliases and the stage Production keep a version from being deleted: clients load it by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.bin.uses import Use
from mlops.registry.models import ModelAlias, ModelVersion, Stage

SERVING_STAGES = (Stage.PRODUCTION,)


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    known = {version.pk: version for version in versions}
    for alias in ModelAlias.objects.filter(version__in=list(known)):
        version = known[alias.version_id]
        title = _("the alias “%(name)s” of version %(number)d") % {"name": alias.name, "number": version.number}
        remedy = _("Move the alias to another version, or remove it.")
        yield version, Use(title=title, url=_page(version), remedy=remedy)
    for version in versions:
        if version.stage in SERVING_STAGES:
            told = {"stage": version.get_stage_display(), "number": version.number}
            title = _("the stage %(stage)s of version %(number)d") % told
            yield version, Use(title=title, url=_page(version), remedy=_("Move the version to another stage."))


def _page(version: ModelVersion) -> str:
    return reverse("web:model-version", args=[version.model_id, version.number])
