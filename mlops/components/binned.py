"""Components and their versions as assets of the recycle bin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mlops.bin import assets, documents
from mlops.bin.uses import Use
from mlops.components.models import Component, ComponentVersion
from mlops.components.names import checked_name
from mlops.components.usage import uses_of


def register() -> None:
    assets.register(
        assets.Asset(
            noun="component",
            title=_("Component"),
            version_title=_("Component version"),
            whole=Component,
            version=ComponentVersion,
            parent="component",
            trees=("tree",),
            deleted_event="mlops.component.deleted",
            version_deleted_event="mlops.component.deleted",
            checked_name=checked_name,
            users=users,
            facts=_facts,
            last_takes_whole=True,
        )
    )


def users(versions: Sequence[ComponentVersion]) -> Iterable[Use]:
    component = versions[0].component
    going = {version.version for version in versions}
    left = ComponentVersion.objects.filter(component=component).exclude(pk__in=[version.pk for version in versions])
    if not left.exists():
        going.update(documents.NEWEST)
    told = [Use(title=f"{use.kind} “{use.name}”", url=use.url) for use in uses_of(component) if use.version in going]

    def names(key: str, text: str, within: Mapping[str, Any]) -> bool:
        return key == "component" and documents.version_in(text, component.name, within) in going

    found = documents.naming(component.project, names)
    pages = {use.url for use in found}
    return [*found, *(use for use in told if use.url not in pages)]


def _facts(version: ComponentVersion) -> dict[str, Any]:
    return {"kind": version.kind, "digest": version.digest, "code": version.tree_id or ""}
