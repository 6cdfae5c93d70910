"""What can be asked of real-time endpoints in a filter. Of what belongs to a deployment, one that fits is enough."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mlops.deployments.models import AuthMode, Deployment, DeploymentState, Endpoint
from mlops.tags.searching import Column, Held, Searchable, choices_of, labels_of
from mlops.tags.searching.columns import created, described, identified, in_project, made_by, named

OF_DEPLOYMENTS = Held(model=Deployment, by="endpoint")

ENDPOINTS = Searchable(
    noun="online-endpoints",
    label=_("Endpoints"),
    order="name",
    columns=(
        named(),
        described(),
        Column(name="state", label=_("State"), path="state", kind="choice", of=OF_DEPLOYMENTS, facet=True,
               choices=choices_of(DeploymentState), labels=labels_of(DeploymentState), aliases=("status",)),
        Column(name="deployment", label=_("Deployment"), path="name", of=OF_DEPLOYMENTS),
        Column(name="model", label=_("Model"), path="version__model__name", of=OF_DEPLOYMENTS, facet=True),
        Column(name="target", label=_("Target"), path="target", of=OF_DEPLOYMENTS, facet=True),
        Column(name="auth", label=_("Keys or tokens"), path="auth_mode", kind="choice", choices=choices_of(AuthMode),
               labels=labels_of(AuthMode), aliases=("auth_mode",)),
        created(),
        made_by(),
        in_project(),
        identified("endpoint_id"),
    ),
    tags=(Held(model=Endpoint), OF_DEPLOYMENTS),
)  # fmt: skip
