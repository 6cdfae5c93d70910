"""What can be asked of batch endpoints in a filter. Of what belongs to a deployment, one that fits is enough."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mlops.batch.models import BatchDeployment, BatchEndpoint
from mlops.tags.searching import Column, Held, Searchable
from mlops.tags.searching.columns import created, described, identified, in_project, made_by, named

OF_DEPLOYMENTS = Held(model=BatchDeployment, by="endpoint")

BATCH_ENDPOINTS = Searchable(
    noun="batch-endpoints",
    label=_("Batch endpoints"),
    order="name",
    columns=(
        named(),
        described(),
        Column(name="deployment", label=_("Deployment"), path="name", of=OF_DEPLOYMENTS),
        Column(name="model", label=_("Model"), path="version__model__name", of=OF_DEPLOYMENTS, is_nullable=True),
        Column(
            name="pipeline", label=_("Pipeline"), path="pipeline__endpoint__name", of=OF_DEPLOYMENTS, is_nullable=True
        ),
        Column(
            name="component",
            label=_("Component"),
            path="component__component__name",
            of=OF_DEPLOYMENTS,
            is_nullable=True,
        ),
        created(),
        made_by(),
        in_project(),
        identified("endpoint_id"),
    ),
    tags=(Held(model=BatchEndpoint), OF_DEPLOYMENTS),
)
