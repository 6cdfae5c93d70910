"""Acts on a model as a whole: named before it has versions, renamed, described, deleted with all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin.deletion import delete
from mlops.events.chain import record
from mlops.events.facts import Change, sides, stored
from mlops.formats.refusal import Refusal
from mlops.registry.models import RegisteredModel
from mlops.registry.names import checked_name
from mlops.tags.filters import remove_tag, write_tags


def create_model(
    actor: Any, project: Project, *, name: str, description: str = "", tags: Mapping[str, str] | None = None
) -> RegisteredModel:
    """Raises Refusal `name_invalid` or `model_exists`."""
    require(actor, "models.register", project)
    name = checked_name(name)
    try:
        with transaction.atomic():
            model = begin_model(actor, project, name=name, description=description, tags=tags)
    except IntegrityError:
        raise _exists(name) from None
    return model


def begin_model(
    actor: Any, project: Project, *, name: str, description: str = "", tags: Mapping[str, str] | None = None
) -> RegisteredModel:
    """By any act, in its transaction, which has asked for the right. Raises IntegrityError where the name is taken."""
    model = RegisteredModel.objects.create(project=project, name=name, description=description, created_by=actor)
    write_tags(model, dict(tags or {}))
    _tell(actor, model, "mlops.model.named", tags=dict(tags or {}), description=description)
    return model


def rename_model(actor: Any, model: RegisteredModel, *, name: str) -> None:
    require(actor, "models.register", model.project)
    name, before = checked_name(name), model.name
    try:
        with transaction.atomic():
            was = stored(model)
            RegisteredModel.objects.filter(pk=model.pk).update(name=name, changed_at=timezone.now())
            model.name = name
            _tell(actor, model, "mlops.model.renamed", (was, stored(model)), old_name=before, name=name)
    except IntegrityError:
        model.name = before
        raise _exists(name) from None


def describe_model(actor: Any, model: RegisteredModel, *, description: str) -> None:
    require(actor, "models.register", model.project)
    model.description = description
    model.save(update_fields=["description", "changed_at"])


def tag_model(actor: Any, model: RegisteredModel, *, tags: Mapping[str, str]) -> None:
    require(actor, "models.register", model.project)
    with transaction.atomic():
        write_tags(model, dict(tags))
        model.save(update_fields=["changed_at"])


def untag_model(actor: Any, model: RegisteredModel, *, key: str) -> None:
    require(actor, "models.register", model.project)
    with transaction.atomic():
        remove_tag(model, key)
        model.save(update_fields=["changed_at"])


def delete_model(actor: Any, model: RegisteredModel, *, reason: str = "") -> None:
    """With all of its versions, into the recycle bin; its name is free at once. Raises Refusal `model_in_use`."""
    delete(actor, model, reason=reason)


def _exists(name: str) -> Refusal:
    message = _("There is a model “%(name)s” in this project already.") % {"name": name}
    return Refusal("model_exists", message, status=409)


def _tell(actor: Any, model: RegisteredModel, type: str, change: Change | None = None, **data: Any) -> None:
    subject, notice = f"models/{model.name}", ("model", str(model.pk))
    record(actor, type, subject=subject, project=model.project, data=data, notice=notice, **sides(change))
