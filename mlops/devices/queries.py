"""Reading devices, and which bundle each should run."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.accounts.actions import digest
from mlops.deployments.models import Deployment
from mlops.devices.models import Device, Report
from mlops.formats.bundle import BundleOffer
from mlops.formats.refusal import Refusal

SILENT_AFTER = timedelta(hours=24)


def devices_of(deployment: Deployment) -> QuerySet[Device]:
    return Device.objects.filter(deployment=deployment).select_related("deployment__endpoint__project", "created_by")


def device_of(deployment: Deployment, device_id: uuid.UUID | str) -> Device:
    device = devices_of(deployment).filter(pk=device_id).first()
    if device is None:
        raise Refusal("not_found", _("“%(name)s” has no such device.") % {"name": deployment.name}, status=404)
    return device


def reports_of(device: Device, *, most: int = 100) -> QuerySet[Report]:
    """The newest first."""
    return Report.objects.filter(device=device)[:most]


def device_with(token: str) -> Device | None:
    found = Device.objects.select_related("deployment__endpoint__project", "deployment__version__model")
    return found.filter(token_digest=digest(token)).first()


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    serial: int
    digest: str
    size_bytes: int


def bundle_of(deployment: Deployment, platform: str) -> Offered | None:
    """The newest bundle that is ready for this platform."""
    placing = deployment.ready_placing or {}
    found = (placing.get("bundles") or {}).get(platform)
    if found is None:
        return None
    return Offered(serial=placing["serial"], digest=found["digest"], size_bytes=found["size_bytes"])


def offer_for(device: Device, *, running: int) -> BundleOffer | None:
    offered = bundle_of(device.deployment, device.platform)
    if offered is None or offered.serial <= running:
        return None
    return BundleOffer(serial=offered.serial, sha256=offered.digest, size_bytes=offered.size_bytes)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a device is: a word, why, since when, and what to do."""

    state: str
    """waiting, current, behind, failing or silent."""
    reason: str
    hint: str = ""
    since: datetime | None = None


def standing_of(device: Device, *, now: datetime | None = None) -> Standing:
    now = now or timezone.now()
    if device.seen_at is None:
        hint = _("Start its bundle once with its token.")
        return Standing(state="waiting", reason=_("It has not reported yet."), hint=hint, since=device.created_at)
    if now - device.seen_at > SILENT_AFTER:
        hint = _("It may be without a network: it goes on serving, and reports later.")
        return Standing(state="silent", reason=_("It has not reported for a day."), hint=hint, since=device.seen_at)
    if device.state == "failing":
        hint = _("The log on the device says more.")
        return Standing(state="failing", reason=device.message, hint=hint, since=device.seen_at)
    newest = bundle_of(device.deployment, device.platform)
    if newest is not None and device.serial is not None and device.serial < newest.serial:
        return _behind(device, newest)
    return Standing(state="current", reason="", since=device.seen_at)


def _behind(device: Device, newest: Offered) -> Standing:
    if device.rejected_serial == newest.serial:
        hint = _("Correct the cause and update the deployment: the next bundle is tried again.")
        reason = device.message or _("It could not change to bundle %(serial)s.") % {"serial": newest.serial}
        return Standing(state="behind", reason=reason, hint=hint, since=device.seen_at)
    reason = _("It runs bundle %(old)s; %(new)s is offered.") % {"old": device.serial, "new": newest.serial}
    return Standing(state="behind", reason=reason, hint=_("It changes by itself."), since=device.seen_at)


def summary_of(deployment: Deployment) -> dict[str, Any]:
    devices = list(devices_of(deployment))
    states = [standing_of(device).state for device in devices]
    return {
        "devices": len(devices),
        "states": {state: states.count(state) for state in sorted(set(states))},
        "requests": sum(device.requests for device in devices),
        "errors": sum(device.errors for device in devices),
    }
