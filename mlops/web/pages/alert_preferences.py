"""How I am told: one's own preferences, the confirmation of an address, and the link that ends mail."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from mlops.alerts.models import Channel, Digest, Preference, Severity, Way
from mlops.alerts.preferences import actions
from mlops.alerts.telling.preferences import OFF, least_of, preference_of
from mlops.alerts.telling.unsubscribing import person_of
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in

TOPICS = (
    ("run", gettext_lazy("Runs")),
    ("experiment", gettext_lazy("Experiments")),
    ("deployment", gettext_lazy("Deployments")),
    ("endpoint", gettext_lazy("Endpoints")),
    ("monitor", gettext_lazy("Monitors")),
    ("model", gettext_lazy("Models")),
    ("dataset", gettext_lazy("Datasets")),
    ("schedule", gettext_lazy("Schedules")),
    ("retraining", gettext_lazy("Retraining")),
    ("server", gettext_lazy("The server")),
)
DAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip
LEAST = "least."


@signed_in
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """POST `act`: save or confirm."""
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return _changed(request)
        except Refusal as refusal:
            problem = refusal
    return _page(request, preference_of(request.user), problem)


@require_GET
def confirm(request: HttpRequest, confirmation: str) -> HttpResponse:
    """Follows the link in the mail: whoever has it reads that mailbox."""
    preference = actions.confirm_address(confirmation)
    return render(request, "web/alerts/link.html", {"confirmed": preference.email})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """GET asks; POST ends mail, as mail programs do in one click (RFC 8058), without a sign-in."""
    person = person_of(signed)
    if request.method == "POST":
        actions.stop_mail(person)
    return render(request, "web/alerts/link.html", {"person": person, "is_done": request.method == "POST"})


def _changed(request: HttpRequest) -> HttpResponse:
    if request.POST.get("act") == "confirm":
        sent = actions.ask_to_confirm(request.user)
        (messages.success if sent.is_ok else messages.error)(
            request, _("A link is on its way to you.") if sent.is_ok else sent.text
        )
        return redirect("web:alert-preferences")
    before = preference_of(request.user).email
    changed = actions.change_preferences(request.user, **_typed(request))
    messages.success(request, _("You are told like that from now on."))
    if changed.email and changed.email != before:
        sent = actions.ask_to_confirm(request.user)
        if sent.is_ok:
            messages.info(request, _("Follow the link in the mail to %s; alerts go there afterwards.") % changed.email)
        else:
            messages.error(request, sent.text)
    return redirect("web:alert-preferences")


def _typed(request: HttpRequest) -> dict[str, Any]:
    typed = request.POST
    wanted = typed.getlist("topics")
    return {
        "time_zone": typed.get("time_zone", ""),
        "email": typed.get("email", ""),
        "least": {name.removeprefix(LEAST): value for name, value in typed.items() if name.startswith(LEAST)},
        "silenced": [topic for topic, _label in TOPICS if topic not in wanted],
        "quiet_from": typed.get("quiet_from", ""),
        "quiet_until": typed.get("quiet_until", ""),
        "critical_breaks_quiet": typed.get("critical_breaks_quiet") == "on",
        "digest": typed.get("digest", ""),
        "digest_at": typed.get("digest_at") or "08:00",
        "digest_day": typed.get("digest_day") or 0,
    }


def _page(request: HttpRequest, preference: Preference, problem: Refusal | None) -> HttpResponse:
    own = Channel.objects.filter(person=request.user.pk, is_enabled=True)
    ways = [(Way.IN_APP.value, _("Inbox")), (Way.EMAIL.value, _("E-mail"))]
    ways += [(str(one.pk), one.name) for one in own]
    context = {
        "preference": preference,
        "typed": request.POST,
        "ways": [(way, label, least_of(preference, way)) for way, label in ways],
        "severities": [*Severity.choices, (OFF, _("nothing"))],
        "topics": [(topic, label, topic not in preference.silenced) for topic, label in TOPICS],
        "digests": Digest.choices,
        "days": list(enumerate(DAYS)),
        "zones": sorted(name for name in available_timezones() if "/" in name or name == "UTC"),
        "mail_is_possible": actions.mail_is_possible(),
        "problem": problem,
        "wrong": (problem.where.parameter or "") if problem else "",
    }
    return render(request, "web/alerts/preferences.html", context, status=problem.status if problem else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/preferences/", preferences, name="alert-preferences"),
    path("alerts/confirm/<str:confirmation>/", confirm, name="alert-confirm"),
    path("alerts/unsubscribe/<str:signed>/", unsubscribe, name="alert-unsubscribe"),
]
