"""What can be done with chosen rows: each calls the product's own act, which checks, changes and records by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mlops.accounts import lockout, sessions, standing, tokens
from mlops.alerts.subscriptions import actions as subscriptions
from mlops.formats.refusal import Refusal
from mlops.monitoring import actions as monitors
from mlops.pipelines import actions as pipelines
from mlops.pipelines import schedules

Act = Callable[[Any, Any], object]
REASON = "by the administration pages"

ACTS: dict[str, list[tuple[str, Any, Act]]] = {
    "runs.run": [
        ("cancel", gettext_lazy("Cancel these runs"), lambda by, run: pipelines.cancel(by, run, reason=REASON)),
    ],
    "accounts.apitoken": [
        ("revoke", gettext_lazy("Revoke these tokens"), lambda by, token: tokens.revoke(by, token)),
    ],
    "auth.user": [
        (
            "end_sessions",
            gettext_lazy("Sign these people out everywhere"),
            lambda by, person: sessions.end_others(by, person=person, but=None),
        ),
        (
            "free",
            gettext_lazy("Let these people try again to sign in"),
            lambda by, person: lockout.free(by, name=person.get_username()),
        ),
        (
            "deactivate",
            gettext_lazy("Close these accounts"),
            lambda by, person: standing.deactivate(by, person, reason=REASON),
        ),
        (
            "activate",
            gettext_lazy("Open these accounts again"),
            lambda by, person: standing.activate(by, person, reason=REASON),
        ),
    ],
    "pipelines.schedule": [
        ("disable", gettext_lazy("Disable these schedules"), lambda by, one: schedules.disable_schedule(by, one)),
        ("enable", gettext_lazy("Enable these schedules"), lambda by, one: schedules.enable_schedule(by, one)),
    ],
    "monitoring.monitor": [
        ("disable", gettext_lazy("Disable these monitors"), lambda by, one: monitors.disable_monitor(by, one)),
        ("enable", gettext_lazy("Enable these monitors"), lambda by, one: monitors.enable_monitor(by, one)),
    ],
    "alerts.subscription": [
        (
            "pause",
            gettext_lazy("Pause these subscriptions"),
            lambda by, one: subscriptions.pause(by, one, reason=REASON),
        ),
        (
            "resume",
            gettext_lazy("Resume these subscriptions"),
            lambda by, one: subscriptions.resume(by, one, reason=REASON),
        ),
    ],
}
"""Model to name, title and act."""


def actions_of(label: str) -> list[Any]:
    return [_action(name, title, act) for name, title, act in ACTS.get(label, [])]


def _action(name: str, title: Any, act: Act) -> Any:
    def action(admin: ModelAdmin[Any], request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Each by itself: what one refuses keeps no other from it."""
        done = 0
        for row in chosen:
            try:
                act(request.user, row)
                done += 1
            except Refusal as refusal:
                messages.error(request, f"{row}: {refusal.message} {refusal.hint}".strip())
        if done:
            said = ngettext("Done for %d row.", "Done for %d rows.", done) % done
            messages.success(request, _("%(act)s: %(said)s") % {"act": title, "said": said})

    action.short_description = title  # type: ignore[attr-defined]
    action.__name__ = name
    return action
