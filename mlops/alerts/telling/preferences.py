"""What a person's preferences say about one alert."""

from __future__ import annotations

from typing import Any

from mlops.alerts.models import Alert, Channel, Preference, Severity, Way
from mlops.alerts.subjects import topic_of

OFF = "off"
ORDER = {Severity.INFO.value: 0, Severity.WARNING.value: 1, Severity.CRITICAL.value: 2}
USUAL = {Way.IN_APP.value: Severity.INFO.value}
ELSEWHERE = Severity.WARNING.value
"""The least severity for mail and for personal channels of people who said nothing."""


def preference_of(person: Any) -> Preference:
    """Unsaved with the defaults where the person has never said anything."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def least_of(preference: Preference, way: str) -> str:
    return str(preference.least.get(way) or USUAL.get(way, ELSEWHERE))


def wants(preference: Preference, alert: Alert, way: str) -> bool:
    """`way` is in_app, email or the id of a personal channel."""
    if topic_of(alert.subject) in preference.silenced:
        return False
    least = least_of(preference, way)
    return least != OFF and ORDER[alert.severity] >= ORDER[least]


def ways_of(preference: Preference, alert: Alert) -> list[tuple[Way, Channel | None]]:
    """By which ways the person wants this alert."""
    found: list[tuple[Way, Channel | None]] = []
    if wants(preference, alert, Way.IN_APP):
        found.append((Way.IN_APP, None))
    if preference.email and preference.email_confirmed_at and wants(preference, alert, Way.EMAIL):
        found.append((Way.EMAIL, None))
    for channel in Channel.objects.filter(person=preference.person_id, is_enabled=True):
        if wants(preference, alert, str(channel.pk)):
            found.append((Way.CHANNEL, channel))
    return found
