"""Subscriptions: the list, one with its deliveries, and what is done with them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from mlops.access.decisions import may
from mlops.alerts.browsing.queries import read_asked
from mlops.alerts.envelopes import compose
from mlops.alerts.models import Delivery, DeliveryAttempt, DeliveryState, Subscription, SubscriptionState
from mlops.alerts.subscriptions import actions, queries
from mlops.alerts.subscriptions.shaping import settings_of
from mlops.formats.refusal import Refusal
from mlops.formats.subscription import SubscriptionSettings
from mlops.web.guard import signed_in
from mlops.web.pages.subscription_form import choices, settings_typed, typed_in, typed_of
from mlops.web.projects import current_project, show_project

A_PAGE = 25
USUAL = SubscriptionSettings(name="", types=("mlops.run.failed", "mlops.deployment.unhealthy"))


@signed_in
@require_GET
def subscriptions(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    rows = queries.visible_to(request.user)
    found = [one for one in rows if one.project in (project, None)]
    counts = queries.counts_of(found)
    context = {
        "project": project,
        "lines": [(one, counts[one.pk]) for one in found],
        "may_contribute": may(request.user, "alerts.change", project),
    }
    return render(request, "web/alerts/subscriptions.html", context)


@sensitive_post_parameters()
@signed_in
@require_http_methods(["GET", "POST"])
def new_subscription(request: HttpRequest) -> HttpResponse:
    """The secret is shown in the answer to the form, and never again."""
    project = current_project(request)
    queries.require_may(request.user, project)
    if request.method == "GET":
        return _form(request, project, typed_of(USUAL))
    is_all = request.POST.get("scope") == "server"
    try:
        made, secret = actions.create(request.user, None if is_all else project, settings_typed(request.POST))
    except Refusal as refusal:
        if refusal.code == "forbidden":
            raise
        return _form(request, project, typed_in(request.POST), problem=refusal)
    messages.success(request, _("The subscription “%s” is made.") % made.name)
    return _page(request, made, secret=secret)


@sensitive_post_parameters()
@signed_in
@require_http_methods(["GET", "POST"])
def edit_subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    shown = _shown(request, subscription_id)
    project = shown.project or current_project(request)
    if request.method == "GET":
        return _form(request, project, typed_of(settings_of(shown)), shown=shown)
    try:
        actions.update(request.user, shown, settings_typed(request.POST))
    except Refusal as refusal:
        return _form(request, project, typed_in(request.POST), shown=shown, problem=refusal)
    messages.success(request, _("The subscription is changed. What waits goes by the new settings."))
    return redirect("web:subscription", shown.pk)


@signed_in
@require_http_methods(["GET", "POST"])
def subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """POST `act`: test, pause, resume, rotate, replay, replay-dead, replay-span, delete."""
    shown = _shown(request, subscription_id)
    if request.method == "GET":
        return _page(request, shown)
    try:
        secret = _acted(request, shown)
    except Refusal as refusal:
        return _page(request, shown, problem=refusal)
    if secret:
        return _page(request, shown, secret=secret)
    if request.POST.get("act") == "delete":
        return redirect("web:subscriptions")
    return redirect("web:subscription", shown.pk)


@signed_in
@require_GET
def rows(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """The live part: how it is, and its deliveries."""
    return render(request, "web/alerts/_subscription.html", _living(request, _shown(request, subscription_id)))


@signed_in
@require_GET
def delivery(request: HttpRequest, subscription_id: UUID, delivery_id: int) -> HttpResponse:
    """What was sent, and each answer."""
    shown = _shown(request, subscription_id)
    found = queries.deliveries_of(shown).select_related("event__project").filter(pk=delivery_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such delivery."), status=404)
    sending = compose(found.event, shown.envelope)
    context = {
        "project": shown.project or current_project(request),
        "subscription": shown,
        "delivery": found,
        "log": DeliveryAttempt.objects.filter(delivery=found),
        "sending": sending,
        "body": json.dumps(json.loads(sending.content), indent=2, ensure_ascii=False) if sending else "",
    }
    return render(request, "web/alerts/delivery.html", context)


def _shown(request: HttpRequest, subscription_id: UUID) -> Subscription:
    found = queries.by_id(request.user, subscription_id)
    if found.project is not None:
        show_project(request, found.project)
    return found


def _acted(request: HttpRequest, shown: Subscription) -> str:
    """A new secret, where one was made."""
    act, who = request.POST.get("act", ""), request.user
    if act == "test":
        actions.send_test(who, shown)
        messages.success(request, _("A test is on its way: its outcome is below within seconds."))
    elif act == "pause":
        actions.pause(who, shown)
        messages.success(request, _("It is paused. What happens meanwhile waits, for three days."))
    elif act == "resume":
        actions.resume(who, shown)
        messages.success(request, _("It goes on."))
    elif act == "rotate":
        return actions.rotate_secret(who, shown)
    elif act == "delete":
        actions.delete(who, shown)
        messages.success(request, _("The subscription “%s” is deleted.") % shown.name)
    elif act.startswith("replay"):
        count = _replayed(request, shown, act)
        messages.success(request, _("%d events are delivered once more.") % count)
    else:
        raise Refusal("act_unknown", _("This form asks for something that the page cannot do."))
    return ""


def _replayed(request: HttpRequest, shown: Subscription, act: str) -> int:
    if act == "replay-dead":
        return actions.replay(request.user, shown, is_dead=True)
    if act == "replay-span":
        asked = read_asked(request.POST)
        if asked.start is None:
            raise Refusal("replay_invalid", _("Say from when."), hint=_("Events from then on are sent once more."))
        return actions.replay(request.user, shown, start=asked.start, end=asked.end)
    keys = [int(one) for one in request.POST.getlist("delivery") if one.isdecimal()]
    return actions.replay(request.user, shown, deliveries=keys)


def _page(
    request: HttpRequest, shown: Subscription, *, secret: str = "", problem: Refusal | None = None
) -> HttpResponse:
    shown.refresh_from_db()
    context = {**_living(request, shown), "secret": secret, "problem": problem}
    return render(request, "web/alerts/subscription.html", context, status=problem.status if problem else 200)


def _living(request: HttpRequest, shown: Subscription) -> dict[str, Any]:
    state = request.GET.get("state", "")
    counts = queries.counts_of([shown])[shown.pk]
    page = Paginator(queries.deliveries_of(shown, state=state), A_PAGE).get_page(request.GET.get("page"))
    return {
        "project": shown.project or current_project(request),
        "subscription": shown,
        "counts": counts,
        "states": [(value, label, counts[value]) for value, label in DeliveryState.choices],
        "asked_state": state,
        "page": page,
        "lines": [(one, _level(one)) for one in page],
        "is_active": shown.state == SubscriptionState.ACTIVE,
    }


def _level(one: Delivery) -> str:
    if one.state == DeliveryState.WAITING:
        return "warn" if one.attempt else "info"
    return {DeliveryState.DELIVERED.value: "ok", DeliveryState.DEAD.value: "danger"}.get(one.state, "info")


def _form(
    request: HttpRequest,
    project: Any,
    typed: dict[str, Any],
    *,
    shown: Subscription | None = None,
    problem: Refusal | None = None,
) -> HttpResponse:
    context = {
        "project": project,
        "subscription": shown,
        "typed": typed,
        "problem": problem,
        "wrong": problem.where.parameter if problem else "",
        "is_administrator": getattr(request.user, "is_superuser", False),
        **choices(typed["types"]),
    }
    return render(request, "web/alerts/subscription_form.html", context, status=problem.status if problem else 200)


ONE = "alerts/subscriptions/<uuid:subscription_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/subscriptions/", subscriptions, name="subscriptions"),
    path("alerts/subscriptions/new/", new_subscription, name="subscription-new"),
    path(ONE, subscription, name="subscription"),
    path(f"{ONE}edit/", edit_subscription, name="subscription-edit"),
    path(f"{ONE}rows/", rows, name="subscription-rows"),
    path(f"{ONE}deliveries/<int:delivery_id>/", delivery, name="delivery"),
]
