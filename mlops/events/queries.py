"""Reading events."""

from __future__ import annotations

from mlops.events.models import Event


def newest_seq() -> int:
    """0 where nothing has happened yet."""
    return Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
