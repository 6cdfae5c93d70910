"""Whether a channel works, as its last attempt told: shown wherever the channel is."""

from __future__ import annotations

from datetime import datetime

from mlops.alerts.channels.kind import Sent
from mlops.alerts.models import Channel


def note_attempt(channel: Channel, sent: Sent, now: datetime) -> None:
    row = Channel.objects.filter(pk=channel.pk)
    if sent.is_ok:
        row.update(last_sent_at=now, trouble="", trouble_since=None)
        return
    row.filter(trouble="").update(trouble_since=now)
    row.update(trouble=sent.text[:2000] or "It was not taken.")
