"""Enrolling devices, taking their reports, and forgetting them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.accounts.actions import digest
from mlops.deployments.models import Deployment
from mlops.devices.models import Device, Platform, Report
from mlops.devices.queries import offer_for
from mlops.events.chain import notify, record
from mlops.events.facts import Change, gone, sides
from mlops.formats.bundle import MOST_REPORTS, DeviceReport, DeviceReports, ReportAnswer
from mlops.formats.refusal import Refusal, Where, nearest

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")
PREFIX = "edge_"
COUNTED = ("requests", "errors", "refused", "rows")
LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
MOST_COUNT = 2**53


def enrol(actor: Any, deployment: Deployment, *, name: str, platform: str) -> tuple[Device, str]:
    """The device and its token, which nobody can see again."""
    require(actor, "devices.manage", deployment.endpoint.project)
    if deployment.target != "iot_edge":
        raise Refusal(
            "not_on_devices",
            _("“%(name)s” runs on the target %(target)s, not on devices.")
            % {"name": deployment.name, "target": deployment.target},
            hint=_("Create a deployment with the target iot_edge."),
            status=409,
        )
    name = name.strip()
    if not NAME.fullmatch(name):
        hint = _("Letters, digits, blanks, “.”, “_” and “-”; at most 60.")
        raise Refusal("name_invalid", _("A device cannot be named so."), hint=hint, where=Where(parameter="name"))
    if platform not in Platform.values:
        hint = nearest(platform, Platform.values) or _("There are: %(names)s.") % {"names": ", ".join(Platform.values)}
        message = _("There is no platform “%(name)s”.") % {"name": platform}
        raise Refusal("platform_unknown", message, hint=hint, where=Where(parameter="platform"))
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        made = {"platform": platform, "token_digest": digest(token), "created_by": actor}
        device, is_new = Device.objects.get_or_create(deployment=deployment, name=name, defaults=made)
        if not is_new:
            message = _("There is already a device “%(name)s”.") % {"name": name}
            hint = _("Choose another name, or give that one a new token.")
            raise Refusal("name_taken", message, hint=hint, status=409, where=Where(parameter="name"))
        _record(actor, device, "mlops.device.enrolled", platform=platform)
    return device, token


def renew_token(actor: Any, device: Device) -> str:
    """The old one is worth nothing from now on."""
    require(actor, "devices.manage", device.deployment.endpoint.project)
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        Device.objects.filter(pk=device.pk).update(token_digest=digest(token))
        _record(actor, device, "mlops.device.token_renewed")
    return token


def forget(actor: Any, device: Device) -> None:
    """With its reports. It goes on serving; it reports and updates no more."""
    require(actor, "devices.manage", device.deployment.endpoint.project)
    with transaction.atomic():
        _record(actor, device, "mlops.device.removed", gone(device), requests=device.requests)
        device.delete()


def take_reports(device: Device, told: DeviceReports) -> ReportAnswer:
    """Counts each report once, however often it is sent. Raises Refusal `report_invalid`."""
    reports = told.reports[:MOST_REPORTS]
    for one in reports:
        _check(one)
    with transaction.atomic():
        device = (
            Device.objects.select_for_update(of=("self",), no_key=True)
            .select_related("deployment__endpoint__project")
            .get(pk=device.pk)
        )
        new = _not_yet_known(device, reports)
        Report.objects.bulk_create(_row(device, one) for one in new)
        _look_at(device, told, new)
        notify("devices", str(device.deployment_id), project=device.deployment.endpoint.project)
    return ReportAnswer(accepted=tuple(one.number for one in reports), offer=offer_for(device, running=told.serial))


def _not_yet_known(device: Device, reports: Sequence[DeviceReport]) -> list[DeviceReport]:
    known = set(
        Report.objects.filter(
            device=device, install__in={one.install for one in reports}, number__in=[one.number for one in reports]
        ).values_list("install", "number")
    )
    found = {(one.install, one.number): one for one in reports if (one.install, one.number) not in known}
    return list(found.values())


def _look_at(device: Device, told: DeviceReports, new: Sequence[DeviceReport]) -> None:
    values: dict[str, Any] = {"seen_at": timezone.now(), "serial": told.serial}
    for name in COUNTED:
        values[name] = F(name) + sum(getattr(one, name) for one in new)
    last = max(new, key=lambda one: one.until, default=None)
    if last is not None:
        values["state"] = last.state
        messages = [text for one in sorted(new, key=lambda one: one.until) for text in one.messages]
        if messages or last.state == "ready":
            values["message"] = messages[-1] if messages else device.message
        rejected = max(one.rejected_serial for one in new)
        if rejected:
            values["rejected_serial"] = rejected
    if (device.rejected_serial or 0) < told.serial and "rejected_serial" not in values:
        values["rejected_serial"] = None
    Device.objects.filter(pk=device.pk).update(**values)


def _check(report: DeviceReport) -> None:
    counts = [getattr(report, name) for name in (*COUNTED, "serial", "number", "restarts", "rejected_serial")]
    is_sound = (
        all(0 <= count < MOST_COUNT for count in counts)
        and 0 <= report.since <= report.until < LATEST
        and 0 <= report.seconds_sum < MOST_COUNT
        and len(report.install) <= 64
        and len(report.model) <= 200
        and len(report.messages) <= 100
        and all(len(text) <= 2_000 for text in report.messages)
        and report.state in ("starting", "ready", "failing")
    )
    if not is_sound:
        raise Refusal(
            "report_invalid",
            _("The report %(number)s has a value that cannot be.") % {"number": report.number},
            hint=_("Counts are not negative, times are Unix seconds, `since` is not after `until`."),
        )


def _row(device: Device, one: DeviceReport) -> Report:
    values = msgspec.to_builtins(one)
    del values["rejected_serial"]
    moments = {name: datetime.fromtimestamp(values.pop(name), UTC) for name in ("since", "until")}
    return Report(device=device, **values, **moments)


def _record(actor: Any, device: Device, type: str, change: Change | None = None, **data: Any) -> None:
    record(
        actor,
        type,
        subject=f"endpoints/{device.deployment}/devices/{device.name}",
        project=device.deployment.endpoint.project,
        data=data,
        notice=("devices", str(device.deployment_id)),
        **sides(change),
    )
