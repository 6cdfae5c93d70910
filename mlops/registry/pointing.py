"""Which version is meant: aliases that move from one to another, and the stage that a version is in."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel, Stage

ALIAS = re.compile(r"[\w-]{1,255}")
RESERVED = re.compile(r"latest|v\d+", re.IGNORECASE)


def set_alias(actor: Any, version: ModelVersion, *, alias: str) -> None:
    """Raises Refusal `alias_invalid`."""
    require(actor, "contribute", version.model.project)
    if ALIAS.fullmatch(alias) is None or RESERVED.fullmatch(alias):
        raise Refusal(
            "alias_invalid",
            _("“%(alias)s” cannot be an alias.") % {"alias": alias[:100]},
            hint=_("Use letters, digits, “-” and “_”; “latest” and names such as “v1” are reserved."),
        )
    with transaction.atomic():
        ModelAlias.objects.update_or_create(model=version.model, name=alias, defaults={"version": version})
        version.model.save(update_fields=["changed_at"])
        _tell(actor, version.model, f"models/{version}", "mlops.model.alias_set", alias=alias)


def remove_alias(actor: Any, model: RegisteredModel, *, alias: str) -> None:
    """One that is not there needs no removal."""
    require(actor, "contribute", model.project)
    with transaction.atomic():
        count, _kinds = ModelAlias.objects.filter(model=model, name=alias).delete()
        if count:
            model.save(update_fields=["changed_at"])
            _tell(actor, model, f"models/{model.name}", "mlops.model.alias_removed", alias=alias)


def change_stage(actor: Any, version: ModelVersion, *, stage: str, archive_others: bool = False) -> None:
    """`archive_others`: versions that are in that stage now go to the archive. Raises Refusal `stage_unknown`."""
    require(actor, "contribute", version.model.project)
    if stage not in Stage.values:
        hint = nearest(stage, Stage.values) or _("There are: %(stages)s.") % {"stages": ", ".join(Stage.values)}
        raise Refusal("stage_unknown", _("“%(stage)s” is no stage.") % {"stage": stage[:100]}, hint=hint)
    with transaction.atomic():
        others = ModelVersion.objects.filter(model=version.model, stage=stage).exclude(pk=version.pk)
        for other in others.select_related("model__project") if archive_others else ():
            _move(actor, other, Stage.ARCHIVED)
        _move(actor, version, stage)


def _move(actor: Any, version: ModelVersion, stage: str) -> None:
    before, version.stage = version.stage, stage
    version.changed_at = timezone.now()
    version.save(update_fields=["stage", "changed_at"])
    _tell(actor, version.model, f"models/{version}", "mlops.model.staged", stage=str(stage), before=str(before))


def _tell(actor: Any, model: RegisteredModel, subject: str, type: str, **data: Any) -> None:
    record(actor, type, subject=subject, project=model.project, data=data, notice=("model", str(model.pk)))
