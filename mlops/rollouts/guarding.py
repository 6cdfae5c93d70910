"""While a rollout is under way it alone sets the traffic, and what it compares stays as it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.refusal import Refusal
from mlops.rollouts.models import LIVE, Rollout


def require_free(endpoint: Endpoint, deployment: Deployment | None) -> None:
    """Raises Refusal `rollout_under_way`."""
    rollout = Rollout.objects.filter(endpoint=endpoint, state__in=LIVE).select_related("endpoint").first()
    if rollout is None or not _concerns(rollout, deployment):
        return
    told = {"number": rollout.number, "name": rollout.candidate_name, "endpoint": endpoint.name}
    raise Refusal(
        "rollout_under_way",
        _("Rollout %(number)s of “%(name)s” leads the traffic of “%(endpoint)s”.") % told,
        hint=_("Promote it, roll it back, or stop it; then change this."),
        status=409,
    )


def _concerns(rollout: Rollout, deployment: Deployment | None) -> bool:
    return deployment is None or deployment.pk in (rollout.candidate_id, rollout.control_id)
