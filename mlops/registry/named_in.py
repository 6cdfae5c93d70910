"""Documents that name a model version, or an alias by which they load one."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mlops.bin import documents
from mlops.bin.uses import InUse, Use
from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel


def users(versions: Sequence[ModelVersion]) -> list[tuple[ModelVersion, Use]]:
    """Of versions of one model. Documents that want the newest keep the last version only."""
    model = versions[0].model
    left = ModelVersion.objects.filter(model=model).exclude(pk__in=[version.pk for version in versions])
    newest = max(versions, key=lambda one: one.number)
    named = {text: version for version in versions for text in _names(model, version.number)}
    if not left.exists():
        latest = (f"azureml:{model.name}@latest", f"models:/{model.name}/latest", f"models:/{model.name}@latest")
        named |= dict.fromkeys(latest, newest)
    found = documents.naming_each(model.project, lambda _key, text, _within: named.get(text))
    places = {version: place for place, version in enumerate(versions)}
    return sorted(found, key=lambda one: places[one[0]])


def check_alias_free(alias: ModelAlias) -> None:
    """Raises InUse `alias_in_use` where a document loads by it."""
    model = alias.model
    names = {f"azureml:{model.name}@{alias.name}", f"models:/{model.name}@{alias.name}"}
    if uses := documents.naming(model.project, lambda _key, text, _within: text in names):
        raise InUse("alias_in_use", f"{model.name}@{alias.name}", uses, instead=_("Then remove it again."))


def _names(model: RegisteredModel, number: int) -> tuple[str, str]:
    return f"azureml:{model.name}:{number}", f"models:/{model.name}/{number}"
