"""Links into the lineage from any page, and what people read for its kinds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mlops.lineage import kinds

register = template.Library()
WORDS = {
    "datastore": _("Data store"),
    "source": _("Source"),
    "dataset": _("Dataset"),
    "commit": _("Commit"),
    "code": _("Code"),
    "component": _("Component"),
    "environment": _("Environment"),
    "pipeline": _("Pipeline"),
    "schedule": _("Schedule"),
    "draft": _("Drawing"),
    "run": _("Run"),
    "step": _("Step"),
    "model": _("Model"),
    "image": _("Image"),
    "deployment": _("Deployment"),
    "endpoint": _("Endpoint"),
    "window": _("Collected data"),
    "monitor": _("Monitor"),
    "look": pgettext_lazy("of a monitor", "Look"),
    "retraining": _("Retraining"),
    "approval": _("Approval"),
    "rollout": _("Rollout"),
}


@register.filter
def kind_words(kind: str) -> str:
    return str(WORDS.get(kind, kind))


@register.inclusion_tag("web/lineage/_links.html", takes_context=True)
def lineage_links(context: template.Context, row: Any) -> dict[str, Any]:
    """`{% lineage_links version %}` on the page of a thing: two buttons; nothing where there is no row."""
    if not row:
        return {}
    given = {"of": kinds.name_of(row)}
    if project := context.get("project") or getattr(row, "project", None):
        given["project"] = project.slug
    query = urlencode(given)
    return {"graph": f"{reverse('web:lineage')}?{query}", "uses": f"{reverse('web:lineage-uses')}?{query}"}
