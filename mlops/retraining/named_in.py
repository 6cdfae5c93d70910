"""Retraining policies as documents in which people name datasets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.bin import documents
from mlops.bin.uses import Use
from mlops.retraining.models import Policy


def register() -> None:
    documents.register(_policies)


def _policies(project: Project) -> Iterator[tuple[Any, Use]]:
    for one in Policy.objects.filter(project=project):
        use = Use(
            title=_("the retraining “%(name)s”") % {"name": one.name},
            url=reverse("web:retraining-policy", args=[one.pk]),
            remedy=_("Change the retraining, or delete it."),
        )
        yield one.settings, use
