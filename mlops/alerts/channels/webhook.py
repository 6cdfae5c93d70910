"""A call of somebody's own address with the alert as a CloudEvent, signed by Standard Webhooks."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
from django.utils import timezone
from django.utils.translation import gettext_lazy

from mlops.alerts import outside
from mlops.alerts.channels.kind import Option, Options, Sent
from mlops.alerts.signing import headers_of, key_of
from mlops.alerts.telling.message import Message
from mlops.formats.refusal import Refusal

SHOWN_BYTES = 2000
FINAL = (400, 401, 403, 404, 405, 410, 422)
"""Answers that the same call will get again."""


class Webhook:
    name = "webhook"
    title = gettext_lazy("Webhook")
    help = gettext_lazy("A signed POST with the alert as a CloudEvent, for a program of your own.")
    options = (
        Option(
            name="url", label=gettext_lazy("Address"), placeholder="https://example.org/hooks/alerts", is_secret=True
        ),
        Option(
            name="secret",
            label=gettext_lazy("Signing secret"),
            help=gettext_lazy("As Standard Webhooks has it: whsec_ and base64. Empty: calls are not signed."),
            placeholder="whsec_…",
            is_secret=True,
            is_required=False,
        ),
    )

    def check(self, options: Options) -> str:
        outside.require_public(options["url"])
        if options.get("secret"):
            key_of(options["secret"])
        parts = urlsplit(options["url"])
        return f"{parts.scheme}://{parts.netloc}/…"

    def send(self, options: Options, message: Message) -> Sent:
        body = msgspec.json.encode(cloud_event(message))
        headers = {"content-type": "application/cloudevents+json"}
        if options.get("secret"):
            headers |= headers_of(body, id=message.id, at=timezone.now(), secrets=[options["secret"]])
        try:
            answer = outside.post(options["url"], body, headers)
        except Refusal as refusal:
            is_final = refusal.code not in ("sink_unreachable", "host_unknown")
            return Sent(is_ok=False, text=refusal.message, is_final=is_final)
        return _sent(answer)


def cloud_event(message: Message) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": message.id,
        "source": message.data.get("source", "mlops-studio"),
        "type": f"mlops.alert.{message.what}",
        "subject": f"alerts/{message.data.get('alert_id', message.what)}",
        "time": message.at.isoformat(),
        "datacontenttype": "application/json",
        "data": {**message.data, "title": message.title, "text": message.text(), "url": message.url,
                 "items": [one.data for one in message.items]},
    }  # fmt: skip


def _sent(answer: outside.Answer) -> Sent:
    said = answer.body[:SHOWN_BYTES].decode("utf-8", errors="replace").strip()
    wait = answer.headers.get("retry-after", "")
    return Sent(
        is_ok=answer.is_success,
        text=f"HTTP {answer.status} in {answer.seconds:.1f} s. {said}".strip(),
        is_final=answer.status in FINAL or 300 <= answer.status < 400,
        retry_after=timedelta(seconds=min(int(wait), 86400)) if wait.isdecimal() else None,
    )
