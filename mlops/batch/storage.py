"""The bytes that batch endpoints keep, for the quota of storage: code, and files that were sent to be scored."""

from __future__ import annotations

from uuid import UUID

from mlops.batch.models import BatchDeployment, BatchInput
from mlops.quotas import storage


def register() -> None:
    storage.keeps(kept)


def kept(project_id: UUID) -> dict[str, int]:
    code = BatchDeployment.objects.filter(endpoint__project=project_id).exclude(code=None).order_by()
    given = BatchInput.objects.filter(project=project_id).order_by()
    found = dict(code.values_list("code_id", "code__size_bytes"))
    return found | dict(given.values_list("tree_id", "tree__size_bytes"))
