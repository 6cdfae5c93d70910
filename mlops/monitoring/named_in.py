"""Monitors as documents in which people name datasets and components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.bin import documents
from mlops.bin.uses import Use
from mlops.monitoring.models import Monitor


def register() -> None:
    documents.register(_monitors)


def _monitors(project: Project) -> Iterator[tuple[Any, Use]]:
    for one in Monitor.objects.filter(project=project):
        use = Use(
            title=_("the monitor “%(name)s”") % {"name": one.name},
            url=reverse("web:monitor", args=[one.pk]),
            remedy=_("Let the monitor compare with other data, or delete it."),
        )
        yield one.settings, use
