"""The documentation: its pages, its search, and the schemas of events that it links to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mlops.formats.refusal import Refusal, nearest
from mlops.web.documentation.drawing import drawn_for_reader
from mlops.web.documentation.searching import search
from mlops.web.documentation.shelf import pages, picture, schema
from mlops.web.guard import signed_in


@signed_in
@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """`?q=` searches."""
    typed = request.GET.get("q", "").strip()[:200]
    if not typed:
        return _shown(request, "")
    return render(request, "web/documentation/found.html", {"typed": typed, "found": search(typed)})


@signed_in
@require_GET
def page(request: HttpRequest, address: str) -> HttpResponse:
    address = address.strip("/")
    if address not in pages():
        raise Refusal(
            "not_found",
            _("The documentation has no page “%(address)s”.") % {"address": address[:100]},
            hint=nearest(address, list(pages())) or _("Search it at %(url)s.") % {"url": reverse("web:docs")},
            status=404,
        )
    return _shown(request, address)


@signed_in
@require_GET
def event_schema(request: HttpRequest, name: str) -> HttpResponse:
    found = schema(name)
    if found is None:
        raise Refusal("not_found", _("There is no such type of event."), status=404)
    return HttpResponse(found, content_type="application/schema+json")


@signed_in
@require_GET
def guide_picture(request: HttpRequest, name: str) -> HttpResponse:
    found = picture(name)
    if found is None:
        raise Refusal("not_found", _("The documentation has no such picture."), status=404)
    return HttpResponse(found, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


def _shown(request: HttpRequest, address: str) -> HttpResponse:
    shown, translation = drawn_for_reader(address)
    context = {
        "page": translation.page if translation else pages()[address],
        "language": get_language() if translation else "en",
        "is_behind": translation is not None and translation.is_behind,
        "is_untranslated": translation is None and not (get_language() or "en").startswith("en"),
        "html": mark_safe(shown.html),  # the parser escapes all HTML of the text  # nosec B308 B703
        "contents": shown.contents if len(shown.contents) > 1 else [],
        "folder": pages().get(address.rpartition("/")[0]) if "/" in address else None,
    }
    return render(request, "web/documentation/page.html", context)


urlpatterns: list[URLPattern | URLResolver] = [
    path("docs/", documentation, name="docs"),
    path("docs/events/<str:name>", event_schema, name="docs-event"),
    path("docs/pictures/<str:name>", guide_picture, name="docs-picture"),
    path("docs/<path:address>/", page, name="docs-page"),
]
