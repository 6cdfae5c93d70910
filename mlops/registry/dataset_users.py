"""Tells the datasets package which models stand on a dataset version, so that it refuses to delete it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from mlops.datasets.models import DatasetVersion


def register() -> None:
    if find_spec("mlops.datasets.usage"):
        import_module("mlops.datasets.usage").register(models_on)


def models_on(version: DatasetVersion) -> list[str]:
    from mlops.registry.queries import models_from

    return [f"model “{one}”" for one in models_from(version)]
