"""Subscriptions and deliveries that a person may see: contributors of the project, administrators the server's."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import projects_where, require, require_administrator
from mlops.access.models import Project
from mlops.alerts.models import Delivery, DeliveryState, Subscription
from mlops.formats.refusal import Refusal


def visible_to(person: Any) -> QuerySet[Subscription]:
    rows = Subscription.objects.select_related("project", "created_by")
    if getattr(person, "is_superuser", False) and person.is_active:
        return rows
    return rows.filter(project__in=projects_where(person, "alerts.change"))


def by_id(person: Any, subscription_id: uuid.UUID) -> Subscription:
    """Raises Refusal `not_found`; `forbidden` where the person only reads the project."""
    found = Subscription.objects.select_related("project", "created_by").filter(pk=subscription_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such subscription, or you may not see it."), status=404)
    require_may(person, found.project)
    return found


def require_may(person: Any, project: Project | None) -> None:
    """Only contributors subscribe; to the events of all projects only administrators."""
    if project is not None:
        require(person, "alerts.change", project)
    else:
        message = _("Only an administrator may subscribe to the events of all projects.")
        require_administrator(person, message, _("Name one of your projects."))


def deliveries_of(subscription: Subscription, *, state: str = "") -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(subscription=subscription).select_related("event")
    return rows.filter(state=state) if state in DeliveryState.values else rows


def counts_of(subscriptions: list[Subscription]) -> dict[uuid.UUID, dict[str, int]]:
    """Subscription to state to how many, in one query."""
    found: dict[uuid.UUID, dict[str, int]] = {one.pk: dict.fromkeys(DeliveryState.values, 0) for one in subscriptions}
    rows = Delivery.objects.filter(Q(subscription__in=subscriptions)).order_by()
    for row in rows.values("subscription", "state").annotate(number=Count("pk")):
        found[row["subscription"]][row["state"]] = row["number"]
    return found
