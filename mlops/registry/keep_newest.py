"""The rule that keeps the newest versions of each model; those that something uses stay as well.

Archived versions take none of the places: they go when they are older than the oldest that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from mlops.bin import rules
from mlops.bin.deletion import delete_as
from mlops.bin.models import Policy
from mlops.bin.rules import Candidate
from mlops.bin.uses import named
from mlops.bin.within import would_go
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.usage import users_of_many

VERSIONS_A_LOOK = 500


def register() -> None:
    rules.register(rules.Rule("keep_versions", found, carry, lambda version: would_go([version])))


def found(policy: Policy) -> Iterator[Candidate]:
    if not policy.keep_versions:
        return
    for model in RegisteredModel.objects.filter(project=policy.project):
        known = ModelVersion.objects.filter(model=model).select_related("model__project", "tree").order_by("-number")
        last_kept = known.filter(archived_at=None)[policy.keep_versions - 1 : policy.keep_versions].first()
        if last_kept is None:
            continue
        old = list(known.filter(number__lt=last_kept.number)[:VERSIONS_A_LOOK])
        uses: dict[Any, list[Any]] = {}
        for version, use in users_of_many(old):
            uses.setdefault(version.pk, []).append(use)
        for version in old:
            yield Candidate(
                title=str(version),
                url=reverse("web:model-version", args=[model.pk, version.number]),
                kind="model_version",
                bytes=version.tree.size_bytes,
                row=version,
                kept=named(uses[version.pk]) if version.pk in uses else "",
            )


def carry(version: ModelVersion, policy: Policy) -> None:
    count = policy.keep_versions
    reason = ngettext("The rule keeps the newest version.", "The rule keeps the newest %(count)d versions.", count) % {
        "count": count
    }
    delete_as(None, version, reason=reason)
