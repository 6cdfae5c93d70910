"""Drawings as documents in which people name datasets and components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from designer.models import Draft
from mlops.access.models import Project
from mlops.bin import documents
from mlops.bin.uses import Use


def register() -> None:
    documents.register(_drafts)


def _drafts(project: Project) -> Iterator[tuple[Any, Use]]:
    for one in Draft.objects.filter(project=project).iterator(chunk_size=100):
        use = Use(
            title=_("the drawing “%(name)s”") % {"name": one.name},
            url=reverse("designer:draft", args=[one.pk]),
            remedy=_("Take it out of the drawing, or delete the drawing."),
        )
        yield one.document, use
