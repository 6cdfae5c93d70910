"""What may have changed since a notification was planned: asked once more, right before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mlops.access.decisions import may
from mlops.alerts.models import AlertState, Notification, NotificationState, Way
from mlops.alerts.telling.muting import for_all, for_person, running_mutes
from mlops.alerts.telling.preferences import preference_of, wants


@dataclass(frozen=True)
class Obstacle:
    """`until`: when it may go; None where it never goes."""

    why: str
    until: datetime | None = None


def obstacle(row: Notification, now: datetime) -> Obstacle | None:
    """A summary is a person's: what it must not hold is left out of it."""
    if row.way == Way.ACT:
        return None
    if row.channel is not None and not row.channel.is_enabled:
        return Obstacle("The channel is switched off.")
    if row.person is not None and (found := _personal(row)):
        return found
    if row.what != "resolved" and row.alert.state == AlertState.RESOLVED and _is_end_told(row):
        return Obstacle("It was over before this could be sent; the end is told.")
    if row.what == "resolved":
        return None
    mutes = running_mutes(row.alert, now)
    mute = for_all(mutes) or (for_person(mutes, row.person) if row.person else None)
    return Obstacle("It is muted for the moment.", mute.until) if mute else None


def _personal(row: Notification) -> Obstacle | None:
    if not may(row.person, "read", row.alert.project):
        return Obstacle("The person may not read this project any more.")
    preference = preference_of(row.person)
    way = str(row.channel_id) if row.channel_id else row.way
    if not wants(preference, row.alert, way):
        return Obstacle("The person does not want it any more.")
    if row.way == Way.EMAIL and not (preference.email and preference.email_confirmed_at):
        return Obstacle("The person has no confirmed address any more.")
    return None


def _is_end_told(row: Notification) -> bool:
    """In a summary both are one entry."""
    if row.digest:
        return False
    waiting = Notification.objects.filter(
        alert=row.alert, what="resolved", way=row.way, state=NotificationState.WAITING
    )
    return waiting.filter(channel=row.channel, person=row.person).exists()
