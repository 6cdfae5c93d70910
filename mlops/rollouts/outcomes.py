"""What became of requests, as callers report it: the metric that a rollout's gate compares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.recent import remembered
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.rollouts.models import Outcome

MOST = 10_000


class Reported(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    request_id: str
    """The answer's header x-request-id."""
    value: float
    deployment: str = ""
    """The answer's header azureml-model-deployment; may be left out for a request of just now."""


def report(actor: Any, endpoint: Endpoint, *, outcomes: Sequence[Any]) -> int:
    """How many were new: of a request the first report counts. All are taken, or none with a Refusal."""
    require(actor, "endpoints.traffic", endpoint.project)
    if len(outcomes) > MOST:
        hint = _("Send at most %(most)s at once.") % {"most": f"{MOST:,}"}
        raise Refusal("outcomes_too_many", _("These are %d outcomes.") % len(outcomes), hint=hint)
    read = [_read(row, one) for row, one in enumerate(outcomes)]
    known = {one.name: one for one in Deployment.objects.filter(endpoint=endpoint)}
    answered = _answered_by(endpoint) if any(not one.deployment for one in read) else {}
    now, before = timezone.now(), Outcome.objects.filter(endpoint=endpoint).count()
    rows = [
        Outcome(
            endpoint=endpoint,
            deployment=known[_name(row, one, known, answered)],
            request_id=one.request_id,
            value=one.value,
            reported_at=now,
        )
        for row, one in enumerate(read)
    ]
    Outcome.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return Outcome.objects.filter(endpoint=endpoint).count() - before


def _read(row: int, given: Any) -> Reported:
    try:
        one = msgspec.convert(given, Reported)
    except msgspec.ValidationError as error:
        hint = _('Such as {"request_id": "…", "value": 1, "deployment": "blue"}.')
        raise Refusal("outcome_invalid", str(error), hint=hint, where=Where(row=row)) from error
    if not math.isfinite(one.value) or not 0 < len(one.request_id) <= 200:
        message = _("An outcome needs a request_id of 1 to 200 characters and a finite value.")
        raise Refusal("outcome_invalid", message, where=Where(row=row))
    return one


def _name(row: int, one: Reported, known: dict[str, Deployment], answered: dict[str, str]) -> str:
    name = one.deployment or answered.get(one.request_id, "")
    if name in known:
        return name
    if one.deployment:
        hint = nearest(name, known) or _("There are: %s.") % ", ".join(known)
        raise Refusal(
            "deployment_unknown", _("There is no deployment “%s” here.") % name, hint=hint, where=Where(row=row)
        )
    raise Refusal(
        "request_unknown",
        _("Nobody remembers which deployment answered the request “%s”.") % one.request_id,
        hint=_("Send `deployment` too: the answer's header azureml-model-deployment says it."),
        where=Where(row=row),
    )


def _answered_by(endpoint: Endpoint) -> dict[str, str]:
    """Deployment by request id, of the requests that the router remembers."""
    try:
        return {one.request_id: one.deployment for one in remembered(endpoint) if not one.mirrored}
    except Refusal:
        return {}
