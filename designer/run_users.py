"""Drafts whose pins or saved models lie in a run keep it from being deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from designer.models import Draft
from mlops.pipelines.run_users import RUN_ID
from mlops.runs import usage
from mlops.runs.models import Run


def register() -> None:
    usage.register(_drafts)


def _drafts(runs: Sequence[Run]) -> Iterator[tuple[UUID, usage.Use]]:
    ids = {str(run.pk) for run in runs}
    known = Draft.objects.filter(project=runs[0].project_id)
    if len(ids) == 1:
        known = known.annotate(text=Cast("document", TextField())).filter(text__contains=next(iter(ids)))
    for draft in known.iterator():
        for named in sorted(ids.intersection(RUN_ID.findall(json.dumps(draft.document)))):
            title = _("draft “%(name)s”, which keeps a result of it") % {"name": draft.name}
            yield UUID(named), usage.Use(title=title, url=reverse("designer:draft", args=[draft.pk]))
