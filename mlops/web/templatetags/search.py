"""Tags in templates: `{% tag_filter key value %}` is the filter that finds what has this tag, ready for an address;
`{% tag_editor "components" component %}` shows the tags of a thing, with the forms to change them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import template

from mlops.access.decisions import may
from mlops.formats.search import tag_filter as written
from mlops.tags.filters import tags_of

register = template.Library()


@register.simple_tag
def tag_filter(key: str, value: str) -> str:
    return quote(written(key, value or None))


@register.inclusion_tag("web/search/_tag_editor.html", takes_context=True)
def tag_editor(context: template.Context, noun: str, thing: Any) -> dict[str, Any]:
    request = context["request"]
    return {
        "noun": noun,
        "thing": thing,
        "tags": tags_of(thing),
        "may_contribute": may(request.user, "contribute", thing.project),
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
