"""CloudEvents 1.0 over HTTP. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from mlops.events.catalogue.described import VERSION
from mlops.events.models import Event

MOST_HEADER = 1000


def form(event: Event) -> dict[str, Any]:
    """`actor`, `reason` and `sequence` are extensions."""
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"/projects/{event.project.slug}" if event.project else "/",
        "type": event.type,
        "subject": event.subject,
        "time": time_of(event),
        "datacontenttype": "application/json",
        "dataschema": f"urn:mlops-studio:event:{event.type}:{VERSION}",
        "actor": event.actor_name,
        "reason": event.reason,
        "sequence": f"{event.seq:020d}",
        "data": event.data,
    }


def time_of(event: Event) -> str:
    return event.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def binary_headers(view: dict[str, Any]) -> dict[str, str]:
    """Everything but the data, as `ce-…`; what HTTP cannot carry is percent-encoded."""
    attributes = {key: value for key, value in view.items() if key not in ("data", "datacontenttype") and value != ""}
    return {"content-type": "application/json", **{f"ce-{key}": _encoded(value) for key, value in attributes.items()}}


def _encoded(value: str) -> str:
    """Section 3.1.3.2: UTF-8 bytes outside of printable ASCII, and space, quote and percent."""
    text = "".join(
        letter if "!" <= letter <= "~" and letter not in '"%' else "".join(f"%{byte:02X}" for byte in letter.encode())
        for letter in value[:MOST_HEADER]
    )
    return text
