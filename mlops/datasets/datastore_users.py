"""Versions that only point to what lies in a data store keep it; what was copied from it does not."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.bin.uses import Use
from mlops.datasets.models import DatasetVersion
from mlops.datastores.models import Datastore
from mlops.datastores.usage import is_at


def users(store: Datastore) -> Iterator[Use]:
    rows = DatasetVersion.objects.filter(dataset__project=store.project, uri__contains=f"datastores/{store.name}/")
    for version in rows.filter(files=None, tree=None).select_related("dataset").defer("profile", "schema"):
        if is_at(store, version.uri):
            yield Use(
                title=_("dataset “%(version)s”, which only points there") % {"version": version},
                url=f"{reverse('web:dataset', args=[version.dataset_id])}?version={version.number}",
                remedy=_("Delete that dataset version, or register it anew with a copy."),
            )
