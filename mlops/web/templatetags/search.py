"""Tags in templates: `{% tag_filter key value %}` is the filter that finds what has this tag, ready for an address;
`{% tag_editor "components" component %}` shows the tags of a thing, with the forms to change them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import template

from mlops.access.decisions import may
from mlops.formats.search import tag_filter as written
from mlops.tags.filters import of_clients, of_people, tags_of

register = template.Library()


@register.simple_tag
def tag_filter(key: str, value: str) -> str:
    return quote(written(key, value or None))


@register.filter(name="of_people")
def without_those_of_clients(tags: dict[str, str]) -> dict[str, str]:
    return of_people(tags)


@register.inclusion_tag("web/search/_tag_editor.html", takes_context=True)
def tag_editor(context: template.Context, noun: str, thing: Any) -> dict[str, Any]:
    request, tags = context["request"], tags_of(thing)
    return {
        "noun": noun,
        "thing": thing,
        "tags": of_people(tags),
        "client_tags": of_clients(tags),
        "may_contribute": may(request.user, "tags.change", thing.project),
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
