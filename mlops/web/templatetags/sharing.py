"""The button by which a thing is shared, on the page of the thing."""

from __future__ import annotations

from typing import Any

from django import template

from mlops.access.decisions import may
from mlops.access.shareable import kind_of

register = template.Library()


@register.inclusion_tag("web/sharing/_link.html", takes_context=True)
def share_link(context: template.Context, thing: Any) -> dict[str, Any]:
    """`{% share_link model %}`: nothing for who may not share in its project."""
    if not may(context["request"].user, "sharing.manage", thing.project):
        return {}
    return {"noun": kind_of(thing).noun, "thing": thing}
