"""How long a project's bin keeps things, and which rules fill it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin.models import Policy
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.refusal import Refusal, Where

MOST_DAYS = 36_500
MOST_VERSIONS = 100_000


def policy_of(project: Project) -> Policy:
    """As it was set, or as the server has it."""
    return Policy.objects.filter(project=project).first() or Policy(project=project, is_on=False)


def days_in_bin(policy: Policy) -> int:
    """0: for ever."""
    return int(settings.BIN_DAYS) if policy.days_in_bin is None else policy.days_in_bin


def set_policy(
    actor: Any,
    project: Project,
    *,
    days_in_bin: int | None = None,
    keep_versions: int = 0,
    runs_days: int = 0,
    is_on: bool = True,
) -> Policy:
    """Raises Refusal `retention_invalid`."""
    require(actor, "rules.manage", project)
    fields = {"days_in_bin": days_in_bin, "keep_versions": keep_versions, "runs_days": runs_days, "is_on": is_on}
    checked(project, **fields)
    with transaction.atomic():
        was = stored(policy_of(project))
        policy = Policy.objects.update_or_create(project=project, defaults=fields | {"changed_by": actor})[0]
        record(
            actor,
            "mlops.bin.policy_set",
            subject=f"projects/{project.slug}",
            project=project,
            data=fields,
            before=was,
            after=stored(policy),
        )
    return policy


def checked(project: Project, **fields: Any) -> Policy:
    """A policy with those values that is not stored, for a dry run."""
    most = {"days_in_bin": MOST_DAYS, "keep_versions": MOST_VERSIONS, "runs_days": MOST_DAYS}
    for name, limit in most.items():
        value = fields.get(name)
        if value is not None and not 0 <= value <= limit:
            message = _("%(name)s is a whole number from 0 to %(most)d.") % {"name": name, "most": limit}
            raise Refusal("retention_invalid", message, where=Where(parameter=name, value=str(value)))
    return Policy(project=project, **fields)
