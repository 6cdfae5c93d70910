"""What the frame around every page shows: navigation, the project and its switcher. Computed only when it is drawn."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from mlops.access import maintenance
from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.accounts.queries import factor_due
from mlops.alerts.inbox.queries import unread_count
from mlops.web.documentation.about import about
from mlops.web.projects import SESSION_KEY, shown_project

PROJECTS_IN_SWITCHER = 15


class Item(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    icon: str
    url: str
    current: bool
    apart: bool = False
    has_bell: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[Item, ...]
    projects: tuple[Project, ...]
    project: Project | None
    projects_url: str
    section_url: str
    """Where the switcher leads: the same section in the other project."""
    has_live: bool
    unread: int = 0
    """Alerts that the person has not read."""
    factor_due: datetime | None = None
    """When the person must have set up a second factor."""
    about_url: str = ""
    """The page of the documentation that tells of what is shown, where there is one."""


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": SimpleLazyObject(lambda: _frame(request)), "maintenance": maintenance.current()}


def _frame(request: HttpRequest) -> Frame:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Frame(items=(), projects=(), project=None, projects_url="", section_url="/", has_live=False)
    projects = tuple(visible_projects(user)[:PROJECTS_IN_SWITCHER])
    items = tuple(_items(request.path))
    current = next((item for item in items if item.current), None)
    return Frame(
        items=items,
        projects=projects,
        project=_project(request, projects),
        projects_url=reverse("web:projects"),
        section_url=current.url if current and not current.apart else "/",
        has_live=_has_live(),
        unread=unread_count(user),
        factor_due=factor_due(request),
        about_url=_about(request.path),
    )


def _items(path: str) -> list[Item]:
    wanted = [
        (_("Home"), "home", "web:home"),
        (_("Designer"), "designer", "designer:home"),
        (_("Datasets"), "datasets", "web:datasets"),
        (_("Runs"), "runs", "web:runs"),
        (_("Pipelines"), "link", "web:pipelines"),
        (_("Components"), "code", "web:components"),
        (_("Environments"), "environments", "web:environments"),
        (_("Models"), "models", "web:models"),
        (_("Endpoints"), "endpoints", "web:endpoints"),
        (_("Batch"), "table", "web:batch-endpoints"),
        (_("Monitoring"), "eye", "web:monitoring"),
        (_("Queries"), "search", "web:queries"),
        (_("Retraining"), "refresh", "web:retraining"),
        (_("Lineage"), "lineage", "web:lineage"),
        (_("Compute"), "system", "web:compute"),
        (_("Alerts"), "bell", "web:alerts"),
        (_("Projects"), "projects", "web:projects"),
    ]
    items = []
    for title, icon, route in wanted:
        url = _address(route)
        if url:
            current = path == url if url == "/" else path.startswith(url)
            items.append(
                Item(
                    title=title,
                    icon=icon,
                    url=url,
                    current=current,
                    apart=route == "web:projects",
                    has_bell=route == "web:alerts",
                )
            )
    return items


def _address(route: str) -> str:
    """An empty text where this installation has no such page."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def _project(request: HttpRequest, projects: tuple[Project, ...]) -> Project | None:
    shown = shown_project(request)
    if shown is not None:
        return shown
    last = request.session.get(SESSION_KEY)
    return next((one for one in projects if one.slug == last), projects[0] if projects else None)


def _about(path: str) -> str:
    address = about(path)
    return reverse("web:docs-page", args=[address]) if address else ""


@cache
def _has_live() -> bool:
    """Whether the browser bundle was built with this installation."""
    return finders.find("build/live.js") is not None
