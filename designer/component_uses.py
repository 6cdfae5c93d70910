"""Tells the components package which drafts use a component."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from designer.models import Draft
from mlops.components import usage
from mlops.components.models import Component

MOST = 2_000
"""Drafts that are looked through, the ones saved last first."""


def register() -> None:
    usage.register(uses)


def uses(component: Component) -> Iterator[usage.Use]:
    drafts = Draft.objects.filter(project=component.project).order_by("-saved_at").only("pk", "name", "document")
    for draft in drafts[:MOST]:
        nodes = draft.document.get("nodes", {}).values()
        versions = {str(node.get("version", "")) for node in nodes if node.get("component") == component.name}
        for version in sorted(versions):
            url = reverse("designer:draft", args=[draft.pk])
            yield usage.Use(kind="draft", name=draft.name, url=url, version=version)
