"""All kinds of channel, by name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops.alerts.channels.chat import CHATS
from mlops.alerts.channels.email import Email
from mlops.alerts.channels.kind import Kind
from mlops.alerts.channels.webhook import Webhook
from mlops.formats.refusal import Refusal, Where, nearest

KINDS: dict[str, Kind] = {one.name: one for one in (Email(), Webhook(), *CHATS)}


def kind(name: str) -> Kind:
    """Raises Refusal `channel_kind_unknown`."""
    found = KINDS.get(name)
    if found is None:
        hint = nearest(name, KINDS) or _("There are: %(kinds)s.") % {"kinds": ", ".join(KINDS)}
        where = Where(parameter="kind", value=name)
        raise Refusal(
            "channel_kind_unknown",
            _("There is no kind of channel “%(name)s”.") % {"name": name},
            hint=hint,
            where=where,
        )
    return found
