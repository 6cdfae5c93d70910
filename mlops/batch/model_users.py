"""Batch deployments keep the model version that they score with, and their jobs under way as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from mlops.batch.models import BatchDeployment
from mlops.bin.uses import Use
from mlops.registry.models import ModelVersion


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    known = {version.pk: version for version in versions}
    for one in BatchDeployment.objects.filter(version__in=list(known)).select_related("endpoint"):
        told = {"name": one.name, "endpoint": one.endpoint}
        assert one.version_id is not None
        yield (
            known[one.version_id],
            Use(
                title=_("the deployment “%(name)s” of the batch endpoint “%(endpoint)s”") % told,
                url=reverse("web:batch-endpoint", args=[one.endpoint_id]),
                remedy=_("Delete that deployment, or deploy another version there."),
            ),
        )
