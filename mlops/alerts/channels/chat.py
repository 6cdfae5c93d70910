"""Slack, Microsoft Teams and the hundred services that apprise knows, each by its address in apprise's form."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.alerts.channels.apprise_child import Done, Order
from mlops.alerts.channels.kind import Option, Options, Sent
from mlops.alerts.outside import allowed_names
from mlops.alerts.telling.message import Message
from mlops.formats.refusal import Refusal, Where

SECONDS = 30
LEVELS = {"critical": "failure", "warning": "warning", "info": "info"}


class Chat:
    """It is sent by a child process that reaches public addresses alone and runs nothing."""

    def __init__(self, name: str, title: Any, help: Any, placeholder: str, services: tuple[str, ...] = ()) -> None:
        self.name, self.title, self.help = name, title, help
        self.services = services
        """Names of apprise's services that are meant; empty: all."""
        label = gettext_lazy("Address")
        self.options = (Option(name="url", label=label, placeholder=placeholder, is_secret=True),)

    def check(self, options: Options) -> str:
        done = call(Order(url=options.get("url", ""), services=self.services))
        if not done.is_ok:
            hint = _("Copy the address from the service; https://github.com/caronc/apprise/wiki lists their forms.")
            raise Refusal("chat_address_invalid", done.text, hint=hint, where=Where(parameter="url"))
        return done.masked

    def send(self, options: Options, message: Message) -> Sent:
        level = "success" if message.what in ("resolved", "test") else LEVELS.get(message.severity, "info")
        done = call(
            Order(
                url=options.get("url", ""),
                services=self.services,
                title=message.title,
                body=message.text(),
                level=level,
            )
        )
        return Sent(is_ok=done.is_ok, text=done.text, is_final=done.is_final)


def call(order: Order) -> Done:
    """What the child said; never raises."""
    order = msgspec.structs.replace(order, allowed=tuple(allowed_names()))
    command = [sys.executable, "-m", "mlops.alerts.channels.apprise_child"]
    try:
        ended = subprocess.run(
            command, input=msgspec.json.encode(order), capture_output=True, timeout=SECONDS, env=_environment()
        )
        return msgspec.json.decode(ended.stdout, type=Done)
    except subprocess.TimeoutExpired:
        return Done(is_ok=False, text=_("There was no answer within %d seconds.") % SECONDS)
    except (OSError, msgspec.MsgspecError) as error:
        return Done(is_ok=False, text=_("It could not be sent: %s") % error)


def _environment() -> dict[str, str]:
    """Nothing of ours: no secret, no proxy."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "TZ", "SYSTEMROOT") if name in os.environ}


CHATS = (
    Chat(
        "slack",
        gettext_lazy("Slack"),
        gettext_lazy("An incoming webhook of a Slack app."),
        "https://hooks.slack.com/services/T…/B…/…",
        ("NotifySlack",),
    ),
    Chat(
        "teams",
        gettext_lazy("Microsoft Teams"),
        gettext_lazy("The address of a Teams workflow “When a webhook request is received”."),
        "https://….logic.azure.com/workflows/…",
        ("NotifyWorkflows", "NotifyMSTeams"),
    ),
    Chat(
        "apprise",
        gettext_lazy("Another service"),
        gettext_lazy(
            "Discord, Mattermost, Telegram, PagerDuty, Opsgenie, ntfy, Matrix, SMS and more, through apprise."
        ),
        "discord://webhook_id/webhook_token",
    ),
)
