"""Drafts whose pins or saved models lie in a run keep it from being deleted."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from designer.models import Draft
from mlops.runs import usage
from mlops.runs.models import Run


def register() -> None:
    usage.register(_drafts)


def _drafts(run: Run) -> Iterator[usage.Use]:
    known = Draft.objects.filter(project=run.project).annotate(text=Cast("document", TextField()))
    for draft in known.filter(text__contains=str(run.pk)).defer("document"):
        title = _("draft “%(name)s”, which keeps a result of it") % {"name": draft.name}
        yield usage.Use(title=title, url=reverse("designer:draft", args=[draft.pk]))
