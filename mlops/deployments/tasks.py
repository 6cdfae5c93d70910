"""Jobs: lay a deployment out and wait until it is ready; look at all of them regularly; clear away what is left."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.deployments import entries, telling
from mlops.deployments.applying import apply as apply_again
from mlops.deployments.autoscaling import follow_load
from mlops.deployments.counting import ask_router, take_over
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.deployments.observing import observe as look
from mlops.deployments.routing import write_table
from mlops.deployments.targets import TARGETS, target
from mlops.deployments.uses import note_uses
from mlops.events.chain import notify, record
from mlops.formats.refusal import Refusal
from mlops.packaging.models import ConversionState
from mlops.work import shared_clock
from mlops.work.calls import every, job, later

LEASE = timedelta(seconds=30)
WATCHED_SECONDS = 20.0
LOOK_SECONDS = 0.2
GONE_WRONG = (ConversionState.REFUSED, ConversionState.FAILED)


@job("deployments.apply")
def apply(deployment_id: str) -> None:
    deployment = _claim(deployment_id)
    if deployment is None:
        return
    try:
        if not _converted(deployment):
            return
        place = target(deployment.target)
        place.prepare(deployment, beat=lambda: _renew(deployment), say=lambda reason: _say(deployment, reason))
        place.apply(deployment)
        _watch(deployment)
    except Refusal as refusal:
        _fail(deployment, reason=refusal.message, hint=refusal.hint)
    finally:
        Deployment.objects.filter(pk=deployment.pk).update(lease_until=None)
    look()


@job("deployments.follow")
def follow(deployment_id: str) -> None:
    """The number of servers was changed."""
    deployment = _rows().filter(pk=deployment_id).first()
    if deployment is not None:
        apply_again(deployment)
        look()


@job("deployments.route")
def route() -> None:
    write_table()


@job("deployments.tidy")
def tidy() -> None:
    """After a deletion: the servers end, and what nobody serves any more goes."""
    write_table()
    for name in TARGETS:
        target(name).remove()


@every(2, "deployments.observe", if_any=Endpoint.objects.exists)
def observe() -> None:
    look()
    stats = ask_router() if Deployment.objects.filter(ready_revision__isnull=False).exists() else None
    if stats is not None:
        take_over(stats)
        note_uses(stats.credentials)
        follow_load(stats)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=shared_clock.now())
    for deployment in _unlaid().filter(free).select_related("conversion"):
        if not _waits_for_conversion(deployment):
            later("deployments.apply", deployment.pk)


@every(60, "deployments.sweep")
def sweep() -> None:
    """Makes true again what the rows say, whatever was lost, and clears away what is left."""
    for deployment in Deployment.objects.filter(placing__isnull=False).select_related("endpoint__project"):
        apply_again(deployment)
    tidy()


def _unlaid() -> QuerySet[Deployment]:
    return Deployment.objects.filter(state=DeploymentState.TRANSITIONING, placing__isnull=True)


def _claim(deployment_id: str) -> Deployment | None:
    now = shared_clock.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    wanted = Deployment.objects.filter(free, pk=deployment_id, state=DeploymentState.TRANSITIONING)
    if not wanted.update(lease_until=now + LEASE):
        return None
    return _rows().get(pk=deployment_id)


def _renew(deployment: Deployment) -> None:
    Deployment.objects.filter(pk=deployment.pk).update(lease_until=shared_clock.now() + LEASE)


def _rows() -> QuerySet[Deployment]:
    return Deployment.objects.select_related("endpoint__project", "version__model", "conversion", "script", "code")


def _waits_for_conversion(deployment: Deployment) -> bool:
    conversion = deployment.conversion
    return deployment.entry == "onnx" and conversion is not None and not conversion.is_final


def _converted(deployment: Deployment) -> bool:
    """Whether there is nothing to wait for. A conversion that was not accepted fails the deployment, unless nobody
    chose the entry: then the original model serves."""
    conversion = deployment.conversion
    if deployment.entry != "onnx" or (conversion is None and entries.is_graph(deployment.version)):
        return True
    if conversion is not None and conversion.state in GONE_WRONG and deployment.is_entry_free:
        _serve_the_original(deployment, reason=conversion.reason)
        return True
    if conversion is None or conversion.state in GONE_WRONG:
        reason = conversion.reason if conversion else _("Its conversion to ONNX is gone.")
        _fail(deployment, reason=reason, hint=conversion.hint if conversion else _("Deploy it again."))
        return False
    if not conversion.is_final:
        _say(deployment, "Waits for the conversion to ONNX.")
        return False
    return True


def _serve_the_original(deployment: Deployment, *, reason: str) -> None:
    same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision, entry="onnx")
    if same.update(entry="native"):
        deployment.entry = "native"
        record(
            None,
            "mlops.deployment.updated",
            subject=f"endpoints/{deployment}",
            project=deployment.endpoint.project,
            reason=_("The original model is served: %(reason)s") % {"reason": reason},
            data={"entry": "native"},
            before={"entry": "onnx"},
            after={"entry": "native"},
            notice=("endpoint", str(deployment.endpoint_id)),
        )


def _watch(deployment: Deployment) -> None:
    """Looks more often than the regular look does, for as long as a start usually takes."""
    deadline = time.monotonic() + WATCHED_SECONDS
    while time.monotonic() < deadline:
        look()
        current = Deployment.objects.filter(pk=deployment.pk).values_list("state", "revision").first()
        if current != (DeploymentState.TRANSITIONING, deployment.revision):
            return
        time.sleep(LOOK_SECONDS)


def _say(deployment: Deployment, reason: str) -> None:
    same = Deployment.objects.filter(pk=deployment.pk, revision=deployment.revision)
    if same.exclude(reason=reason).update(reason=reason):
        notify("endpoint", str(deployment.endpoint_id), project=deployment.endpoint.project)


def _fail(deployment: Deployment, *, reason: str, hint: str) -> None:
    same = Deployment.objects.filter(
        pk=deployment.pk, revision=deployment.revision, state=DeploymentState.TRANSITIONING
    )
    values = {"state": DeploymentState.FAILED, "reason": reason, "hint": hint, "state_since": timezone.now()}
    if same.update(**values):
        telling.tell(deployment, "mlops.deployment.failed", state="failed", reason=reason)
