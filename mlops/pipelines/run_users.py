"""Published pipelines whose pins or saved models lie in a run keep it from being deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from mlops.pipelines.models import PublishedPipeline
from mlops.runs import usage
from mlops.runs.models import Run

RUN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def register() -> None:
    usage.register(_pipelines)


def _pipelines(runs: Sequence[Run]) -> Iterator[tuple[UUID, usage.Use]]:
    ids = {str(run.pk) for run in runs}
    known = PublishedPipeline.objects.filter(endpoint__project=runs[0].project_id)
    if len(ids) == 1:
        known = known.annotate(text=Cast("spec", TextField())).filter(text__contains=next(iter(ids)))
    for one in known.select_related("endpoint").defer("document").iterator():
        for named in sorted(ids.intersection(RUN_ID.findall(json.dumps(one.spec)))):
            title = _("published pipeline %(name)s") % {"name": f"{one.endpoint.name} {one.number}"}
            yield UUID(named), usage.Use(title=title)
