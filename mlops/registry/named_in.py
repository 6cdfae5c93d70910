"""Documents that name a model version, or an alias by which they load one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mlops.bin import documents
from mlops.bin.uses import InUse, Use
from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel


def users(versions: Sequence[ModelVersion]) -> Iterator[tuple[ModelVersion, Use]]:
    """Of versions of one model. Documents that want the newest keep the last version only."""
    model = versions[0].model
    left = ModelVersion.objects.filter(model=model).exclude(pk__in=[version.pk for version in versions])
    newest = max(versions, key=lambda one: one.number)
    for version in versions:
        names = _names(model, str(version.number))
        if version == newest and not left.exists():
            names |= {f"azureml:{model.name}@latest", f"models:/{model.name}/latest", f"models:/{model.name}@latest"}
        for use in _naming(model, names):
            yield version, use


def check_alias_free(alias: ModelAlias) -> None:
    """Raises InUse `alias_in_use` where a document loads by it."""
    model = alias.model
    names = {f"azureml:{model.name}@{alias.name}", f"models:/{model.name}@{alias.name}"}
    if uses := _naming(model, names):
        raise InUse("alias_in_use", f"{model.name}@{alias.name}", uses, instead=_("Then remove it again."))


def _names(model: RegisteredModel, number: str) -> set[str]:
    return {f"azureml:{model.name}:{number}", f"models:/{model.name}/{number}"}


def _naming(model: RegisteredModel, names: set[str]) -> list[Use]:
    def matches(_key: str, text: str, _within: Mapping[str, Any]) -> bool:
        return text in names

    return documents.naming(model.project, matches)
