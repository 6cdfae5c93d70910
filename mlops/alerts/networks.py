"""Which private networks alerts and subscriptions may reach: set up by administrators."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access import decisions
from mlops.alerts.models import AllowedNetwork
from mlops.alerts.outside import network_of
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where

HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


def allow(actor: Any, name: str, *, note: str = "") -> AllowedNetwork:
    """A host's name, an address or a network. Raises Refusal `network_invalid`, `name_taken`."""
    require_administrator(actor)
    text = name.strip().lower()
    network = network_of(text)
    if network is None and (not HOST.fullmatch(text) or re.fullmatch(r"[\d.]+", text)):
        hint = _("Such as hooks.local, 10.0.0.7 or 10.1.0.0/16.")
        message = _("“%s” is no host, address or network.") % text[:100]
        raise Refusal("network_invalid", message, hint=hint, where=Where(parameter="name"))
    if network is not None and network.prefixlen == 0:
        message = _("“%s” would allow everything, also this server itself.") % text
        raise Refusal("network_invalid", message, hint=_("Name the networks."), where=Where(parameter="name"))
    told = str(network) if network is not None and "/" in text else text
    with transaction.atomic():
        row, is_new = AllowedNetwork.objects.get_or_create(
            name=told, defaults={"note": note.strip()[:300], "created_by": actor}
        )
        if not is_new:
            message = _("“%s” is allowed already.") % told
            raise Refusal("name_taken", message, hint=_("There is nothing to do."), status=409)
        record(actor, "mlops.network.allowed", subject=f"networks/{told}", data={"network": told}, reason=note)
    return row


def forbid(actor: Any, row: AllowedNetwork, *, reason: str = "") -> None:
    """What is on its way there fails from now on, and says why."""
    require_administrator(actor)
    with transaction.atomic():
        told = {"network": row.name}
        record(actor, "mlops.network.forbidden", subject=f"networks/{row.name}", data=told, reason=reason)
        row.delete()


def by_id(actor: Any, network_id: int) -> AllowedNetwork:
    require_administrator(actor)
    found = AllowedNetwork.objects.filter(pk=network_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such network."), status=404)
    return found


def require_administrator(actor: Any) -> None:
    message = _("Only an administrator may decide which private networks are reached.")
    decisions.require_administrator(actor, message, _("Ask an administrator of this server."))
