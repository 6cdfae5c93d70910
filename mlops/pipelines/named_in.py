"""Published pipelines and schedules as documents in which people name assets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.bin import documents
from mlops.bin.uses import Use
from mlops.pipelines.models import PublishedPipeline, Schedule


def register() -> None:
    documents.register(_published)
    documents.register(_schedules)


def _published(project: Project) -> Iterator[tuple[Any, Use]]:
    """Those that may be called."""
    rows = PublishedPipeline.objects.filter(endpoint__project=project, is_enabled=True).select_related("endpoint")
    for one in rows.defer("document").iterator(chunk_size=100):
        title = _("the published pipeline “%(name)s”, version %(number)d")
        use = Use(
            title=title % {"name": one.endpoint.name, "number": one.number},
            url=reverse("web:pipeline", args=[one.endpoint_id]),
            remedy=_("Disable that version of the pipeline."),
        )
        yield [one.spec, one.job], use


def _schedules(project: Project) -> Iterator[tuple[Any, Use]]:
    for one in Schedule.objects.filter(project=project):
        use = Use(
            title=_("the schedule “%(name)s”") % {"name": one.name},
            url=reverse("web:schedule", args=[one.pk]),
            remedy=_("Change the schedule, or delete it."),
        )
        yield [one.parameters, one.trigger], use
