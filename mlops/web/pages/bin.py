"""The recycle bin of a project: what was deleted, put back or removed for good, and the rules that fill it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from mlops.access.decisions import may, require
from mlops.access.models import Project
from mlops.bin import emptying, shelves
from mlops.bin.assets import PARTS
from mlops.bin.collecting import last_collection
from mlops.bin.deletion import delete
from mlops.bin.models import Gone, Policy
from mlops.bin.policies import checked, days_in_bin, policy_of, set_policy
from mlops.bin.rules import apply, tried
from mlops.formats.refusal import Refusal
from mlops.web.guard import signed_in
from mlops.web.projects import current_project

THINGS_A_PAGE = 25
MOST_GONE = 20


@signed_in
@require_http_methods(["GET", "POST"])
def recycle_bin(request: HttpRequest) -> HttpResponse:
    """POST: `act` = put (`kind`, `thing`), restore or purge (`kind`, `thing`), empty, policy or apply. `?count=1` says
    what emptying frees, `?try=1` what the rules would take."""
    project = current_project(request)
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise Refusal("act_unknown", _("The page sent an act that is not known."), hint=_("Load the page again."))
        require(request.user, "bin.use", project)
        return act(request, project) or redirect(f"{reverse('web:bin')}?project={project.slug}")
    asked = request.GET
    kind, search = asked.get("kind", ""), asked.get("q", "").strip()
    page = max(1, int(asked["page"])) if asked.get("page", "").isdecimal() else 1
    found, more = shelves.found(project, kind=kind, search=search, start=(page - 1) * THINGS_A_PAGE, most=THINGS_A_PAGE)
    counts, titles = shelves.counted(project), shelves.kinds()
    policy = policy_of(project)
    context = {
        "project": project,
        "items": found,
        "kind": kind,
        "search": search,
        "tabs": [(name, titles[name], count) for name, count in counts.items() if count or name == kind],
        "total": sum(counts.values()),
        "page": page,
        "more": more,
        "days": days_in_bin(policy),
        "server_days": settings.BIN_DAYS,
        "policy": policy,
        "gone": [(one, titles.get(one.kind, one.kind)) for one in Gone.objects.filter(project=project)[:MOST_GONE]],
        "freed": emptying.would_free(project, kind=kind) if asked.get("count") else None,
        "tried": tried(_typed(project, asked) if "keep_versions" in asked else policy) if asked.get("try") else None,
        "collected": last_collection(),
        "may_contribute": may(request.user, "bin.use", project),
        "may_own": may(request.user, "bin.empty", project),
    }
    return render(request, "web/bin/page.html", context)


def _put(request: HttpRequest, project: Project) -> HttpResponse | None:
    """From a thing's own page: into the bin, and on to the list of its kind, or its whole."""
    part = PARTS.get(request.POST.get("kind", ""))
    row = part.row(_key(request)) if part else None
    if part is None or row is None or not part.project_of(row) == project:
        raise Refusal("not_found", _("There is no such thing, or you may not see it."), status=404)
    entry = delete(request.user, row, reason=request.POST.get("reason", ""))
    messages.success(
        request, _("“%(name)s” is in the recycle bin, and can be restored from there.") % {"name": entry.title}
    )
    return redirect(f"{reverse('web:bin')}?project={project.slug}&kind={entry.kind}")


def _restore(request: HttpRequest, project: Project) -> None:
    shelf = shelves.shelf_of(request.POST.get("kind", ""))
    title = shelf.restore(request.user, project, _key(request), request.POST.get("name", ""))
    messages.success(request, _("“%(name)s” is restored.") % {"name": title})


def _purge(request: HttpRequest, project: Project) -> None:
    typed = request.POST
    shelf = shelves.shelf_of(typed.get("kind", ""))
    shelf.purge(request.user, project, _key(request), typed.get("confirmed", ""), typed.get("reason", ""))
    messages.success(request, _("It is deleted for good. Its bytes go with the next collection of garbage."))


def _empty(request: HttpRequest, project: Project) -> None:
    typed = request.POST
    done = emptying.empty(
        request.user,
        project,
        confirmed=typed.get("confirmed", ""),
        kind=typed.get("kind", ""),
        reason=typed.get("reason", ""),
    )
    told = ngettext("%(count)d thing is deleted for good.", "%(count)d things are deleted for good.", done.removed)
    messages.success(request, told % {"count": done.removed})
    for title, why in done.stays[:10]:
        messages.warning(request, f"{title}: {why}")
    if done.left:
        left = ngettext("%(count)d is left: empty it again.", "%(count)d are left: empty it again.", done.left)
        messages.info(request, left % {"count": done.left})


def _policy(request: HttpRequest, project: Project) -> None:
    wanted = _typed(project, request.POST)
    set_policy(
        request.user,
        project,
        days_in_bin=wanted.days_in_bin,
        keep_versions=wanted.keep_versions,
        runs_days=wanted.runs_days,
        is_on="is_on" in request.POST,
    )
    messages.success(request, _("The rules are set."))


def _apply(request: HttpRequest, project: Project) -> None:
    require(request.user, "bin.empty", project)
    count = apply(policy_of(project))
    told = ngettext("%(count)d thing went into the bin.", "%(count)d things went into the bin.", count)
    messages.success(request, told % {"count": count})


def _typed(project: Project, typed: Any) -> Policy:
    days = typed.get("days_in_bin", "").strip()
    return checked(
        project,
        days_in_bin=_number(days) if days else None,
        keep_versions=_number(typed.get("keep_versions", "")),
        runs_days=_number(typed.get("runs_days", "")),
    )


def _number(text: str) -> int:
    text = text.strip()
    if text and not (text.isascii() and text.isdecimal()):
        message = _("“%(text)s” is no whole number.") % {"text": text[:40]}
        raise Refusal("retention_invalid", message, hint=_("Such as 30; 0 or nothing: no rule."))
    return int(text[:9]) if text else 0


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("thing", ""))
    except ValueError:
        return UUID(int=0)


ACTS: dict[str, Callable[[HttpRequest, Project], HttpResponse | None]] = {
    "put": _put,
    "restore": _restore,
    "purge": _purge,
    "empty": _empty,
    "policy": _policy,
    "apply": _apply,
}

urlpatterns: list[URLPattern | URLResolver] = [path("bin/", recycle_bin, name="bin")]
