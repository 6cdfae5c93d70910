"""A subscription to events as it is written down: in YAML and over REST."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

EnvelopeName = Literal[
    "cloudevents", "cloudevents_binary", "azure_cloudevents", "azure_event_grid", "openlineage", "mlflow"
]
HandshakeName = Literal["none", "cloudevents", "event_grid"]


class SubscriptionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: str
    url: str = ""
    """Empty where it is changed: stays as it is."""
    envelope: EnvelopeName = "cloudevents"
    handshake: HandshakeName = "none"
    types: tuple[str, ...] = ()
    """Such as `mlops.run.failed` or `mlops.monitor.*`; none: all."""
    subject_begins_with: str = ""
    subject_ends_with: str = ""
    is_case_sensitive: bool = False
    filters: tuple[dict[str, Any], ...] = ()
    """As formats.event_filter reads them."""
    secret: str = ""
    """As Standard Webhooks has it; empty: one is made, or the present one stays. In MLflow's envelope any text, and
    without one nothing is signed."""
    description: str = ""
    authorization: str | None = None
    """What is sent as the header Authorization; None: stays as it is."""
