"""Models and their versions as assets of the recycle bin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mlops.bin import assets
from mlops.bin.uses import Use
from mlops.registry import usage
from mlops.registry.models import ModelDataset, ModelVersion, RegisteredModel
from mlops.registry.names import checked_name


def register() -> None:
    assets.register(
        assets.Asset(
            noun="model",
            title=_("Model"),
            version_title=_("Model version"),
            whole=RegisteredModel,
            version=ModelVersion,
            parent="model",
            trees=("tree",),
            deleted_event="mlops.model.retired",
            version_deleted_event="mlops.model.deleted",
            checked_name=checked_name,
            users=_users,
            facts=_facts,
        )
    )


def _users(versions: Sequence[ModelVersion]) -> Iterable[Use]:
    return [use for _version, use in usage.users_of_many(versions)]


def _facts(version: ModelVersion) -> dict[str, Any]:
    links = ModelDataset.objects.filter(version=version).select_related("dataset_version__dataset")
    return {
        "run": str(version.run_id or ""),
        "node": version.node,
        "digest": version.tree_id,
        "data": [str(link.dataset_version) for link in links],
        "metrics": version.metrics,
    }
