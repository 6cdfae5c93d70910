"""Published pipelines whose pins or saved models lie in a run keep it from being deleted."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from mlops.pipelines.models import PublishedPipeline
from mlops.runs import usage
from mlops.runs.models import Run


def register() -> None:
    usage.register(_pipelines)


def _pipelines(run: Run) -> Iterator[usage.Use]:
    known = PublishedPipeline.objects.filter(endpoint__project=run.project).annotate(text=Cast("spec", TextField()))
    for one in known.filter(text__contains=str(run.pk)).select_related("endpoint").defer("spec", "document"):
        yield usage.Use(title=_("published pipeline %(name)s") % {"name": f"{one.endpoint.name} {one.number}"})
