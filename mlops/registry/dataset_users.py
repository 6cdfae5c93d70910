"""Tells the datasets package which models stand on a dataset version, so that it refuses to delete it."""

from __future__ import annotations

from django.urls import reverse

from mlops.datasets import usage
from mlops.datasets.models import DatasetVersion


def register() -> None:
    usage.register(models_on)


def models_on(version: DatasetVersion) -> list[usage.Use]:
    from mlops.registry.queries import models_from

    return [
        usage.Use(kind="model", name=str(one), url=reverse("web:model-version", args=[one.model_id, one.number]))
        for one in models_from(version)
    ]
