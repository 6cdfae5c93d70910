"""Reading alerts, rules, channels and mutes, as far as a person may see them."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.holders import projects_held
from mlops.access.models import Project
from mlops.alerts.models import Alert, Channel, Mute, Notification, Rule, Way
from mlops.alerts.models.alert import OPEN
from mlops.formats.refusal import Refusal

T = TypeVar("T")


def alerts(user: Any, project: Project | None = None, *, state: str = "") -> QuerySet[Alert]:
    """`state`: open, resolved, or one of the states; empty: all but pending ones."""
    found = Alert.objects.filter(project__in=visible_projects(user))
    if project is not None:
        found = found.filter(project=project)
    if state == "open":
        found = found.filter(state__in=OPEN)
    elif state:
        found = found.filter(state=state)
    return found.select_related("rule", "project", "acknowledged_by").order_by("-state_since")


def alert(user: Any, alert_id: UUID) -> Alert:
    return _one(alerts(user).filter(pk=alert_id).first(), _("There is no such alert, or you may not see it."))


def rules(user: Any, project: Project | None = None) -> QuerySet[Rule]:
    found = Rule.objects.filter(project__in=visible_projects(user)).select_related("project", "owner")
    return (found.filter(project=project) if project else found).order_by("name")


def rule(user: Any, rule_id: UUID) -> Rule:
    return _one(rules(user).filter(pk=rule_id).first(), _("There is no such rule, or you may not see it."))


def channels(user: Any, project: Project | None = None) -> QuerySet[Channel]:
    """Of the project, of the server, and the person's own."""
    projects = [project] if project else visible_projects(user)
    shared = Q(project__in=projects) | Q(project=None, person=None)
    return Channel.objects.filter(shared | Q(person=user.pk)).select_related("project").order_by("name")


def channel(user: Any, channel_id: UUID) -> Channel:
    found = channels(user).filter(pk=channel_id).first()
    return _one(found, _("There is no such channel, or you may not see it."))


def mutes(user: Any, project: Project | None = None) -> QuerySet[Mute]:
    """Those that are not over: everybody's and the person's own."""
    found = Mute.objects.filter(Q(person=None) | Q(person=user.pk), until__gt=timezone.now())
    found = found.filter(project=project) if project else found.filter(project__in=visible_projects(user))
    return found.select_related("rule", "created_by", "project").order_by("begins_at")


def mute(user: Any, mute_id: UUID) -> Mute:
    return _one(mutes(user).filter(pk=mute_id).first(), _("There is no such mute, or it is over."))


def unread(user: Any) -> QuerySet[Notification]:
    """What the inbox has for this person and was not looked at."""
    mine = Notification.objects.filter(person=user.pk, way=Way.IN_APP, read_at=None)
    return mine.filter(alert__project__in=visible_projects(user))


def unread_count(user: Any) -> int:
    """Alerts, not messages. By membership in one query, because every page asks; it tells a number only."""
    mine = Notification.objects.filter(person=user.pk, way=Way.IN_APP, read_at=None)
    if not user.is_superuser:
        mine = mine.filter(alert__in=Alert.objects.filter(projects_held(user)))
    return mine.values("alert").distinct().count()


def _one(found: T | None, message: str) -> T:
    if found is None:
        raise Refusal("not_found", message, status=404)
    return found
