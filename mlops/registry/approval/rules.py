"""Making, changing and removing the rules: an owner's business."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project, Role
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.approval.checks import checked
from mlops.registry.models import EVERY_NAME, ApprovalRule, PointKind, RegisteredModel, Stage
from mlops.registry.pointing import ALIAS

MOST_APPROVALS, MOST_DAYS = 10, 365


def set_rule(
    actor: Any,
    project: Project,
    *,
    kind: str,
    name: str,
    model: RegisteredModel | None = None,
    approvals: int = 1,
    by: str = Role.OWNER,
    asker_may_approve: bool = False,
    checks: Any = (),
    expires_after_days: int = 14,
) -> ApprovalRule:
    """Makes the rule, or takes the place of the one for the same stage or alias. Raises Refusal `rule_invalid`,
    `check_invalid`."""
    require(actor, "rules.manage", project)
    name = _checked_name(kind, name.strip())
    if by not in (Role.OWNER, Role.CONTRIBUTOR):
        raise _invalid(_("“%(by)s” is no role that can approve.") % {"by": by}, "by", _("owner or contributor."))
    if not 0 <= approvals <= MOST_APPROVALS:
        message = _("From 0 to %(most)d people can be asked.") % {"most": MOST_APPROVALS}
        raise _invalid(message, "approvals")
    if not 1 <= expires_after_days <= MOST_DAYS:
        message = _("A request waits for 1 to %(most)d days.") % {"most": MOST_DAYS}
        raise _invalid(message, "expires_after_days")
    kept = checked(list(checks))
    if not approvals and not kept:
        hint = _("Ask for at least one approval, or add a check.")
        raise _invalid(_("A rule without approvals and checks rules nothing."), "approvals", hint)
    with transaction.atomic():
        known = ApprovalRule.objects.filter(project=project, model=model, kind=kind, name=name).first()
        was = stored(known) if known else {}
        rule, _is_new = ApprovalRule.objects.update_or_create(
            project=project,
            model=model,
            kind=kind,
            name=name,
            defaults={
                "approvals": approvals,
                "by": by,
                "asker_may_approve": asker_may_approve,
                "checks": kept,
                "expires_after_days": expires_after_days,
            },
            create_defaults={
                "approvals": approvals,
                "by": by,
                "asker_may_approve": asker_may_approve,
                "checks": kept,
                "expires_after_days": expires_after_days,
                "created_by": actor,
            },
        )
        _tell(actor, rule, "set", (was, stored(rule)))
    return rule


def remove_rule(actor: Any, rule: ApprovalRule) -> None:
    """Requests that wait go on waiting, for what they needed when they were asked; whoever asks anew needs nobody."""
    require(actor, "rules.manage", rule.project)
    with transaction.atomic():
        _tell(actor, rule, "removed", gone(rule))
        rule.delete()


def _checked_name(kind: str, name: str) -> str:
    if kind not in PointKind.values:
        hint = _("There are: %(kinds)s.") % {"kinds": ", ".join(PointKind.values)}
        raise _invalid(_("“%(kind)s” is no kind of rule.") % {"kind": kind[:60]}, "kind", hint)
    if name == EVERY_NAME:
        return name
    if kind == PointKind.STAGE:
        known = {stage.lower(): stage for stage in Stage.values if stage != Stage.NONE}
        if name.lower() not in known:
            hint = nearest(name, known.values()) or _("There are: %(stages)s.") % {"stages": ", ".join(known.values())}
            raise _invalid(_("“%(name)s” is no stage.") % {"name": name[:100]}, "name", hint)
        return known[name.lower()]
    if ALIAS.fullmatch(name) is None:
        raise _invalid(_("“%(name)s” cannot be an alias.") % {"name": name[:100]}, "name", _("Or * for every alias."))
    return name


def _tell(actor: Any, rule: ApprovalRule, act: str, change: Change) -> None:
    data = {
        "kind": str(rule.kind),
        "name": rule.name,
        "approvals": rule.approvals,
        "by": str(rule.by),
        "asker_may_approve": rule.asker_may_approve,
        "checks": rule.checks,
        "expires_after_days": rule.expires_after_days,
    }
    record(
        actor,
        f"mlops.model.rule_{act}",
        subject=f"models/{rule.model.name if rule.model else EVERY_NAME}",
        project=rule.project,
        data=data,
        notice=("model", str(rule.model_id or "")),
        **sides(change),
    )


def _invalid(message: str, parameter: str, hint: str = "") -> Refusal:
    return Refusal("rule_invalid", message, hint=hint, where=Where(parameter=parameter))
