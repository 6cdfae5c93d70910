"""Whom this server requires a second factor of, and from when on: by MLOPS_SECOND_FACTOR, else as an administrator says
on the page of people. Whoever lacks one is told for the days of grace, and held to setting it up after them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.accounts.models import FactorRule
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, nearest

OPTIONAL = "optional"
RULES = (OPTIONAL, "administrators", "owners", "everybody")
MOST_DAYS = 90


class Rule(NamedTuple):
    """`since`: from when the days of grace count; `is_fixed`: by the setting, which pages cannot change."""

    whom: str = OPTIONAL
    grace_days: int = 0
    since: datetime | None = None
    is_fixed: bool = False

    def due_for(self, person: Any) -> datetime | None:
        """When the grace of this person ends; who came later has as many days from then."""
        if self.whom == OPTIONAL or self.since is None:
            return None
        begins: datetime = max(self.since, person.date_joined)
        return begins + timedelta(days=self.grace_days)


def rule() -> Rule:
    """The one in force. When the setting was first seen is kept, so that the days of grace have a beginning."""
    row = FactorRule.objects.first()
    fixed = settings.SECOND_FACTOR
    if fixed == OPTIONAL:
        is_ours = row is not None and not row.is_fixed
        return Rule(row.whom, row.grace_days, row.since) if row is not None and is_ours else Rule()
    if row is None or not row.is_fixed or row.whom != fixed:
        facts = {"whom": fixed, "is_fixed": True, "since": timezone.now(), "grace_days": 0}
        row, _made = FactorRule.objects.update_or_create(pk=1, defaults=facts)
    return Rule(fixed, settings.SECOND_FACTOR_GRACE_DAYS, row.since, is_fixed=True)


def require_of(actor: Any, *, whom: str, grace_days: int = 14, reason: str = "") -> Rule:
    """Raises Refusal `forbidden`, `rule_fixed`, `rule_unknown`, `days_unusable`."""
    require_administrator(actor, _("Only an administrator may say who must have a second factor."))
    before = rule()
    if before.is_fixed:
        hint = _("Take MLOPS_SECOND_FACTOR out of the settings of the server first.")
        raise Refusal("rule_fixed", _("MLOPS_SECOND_FACTOR says who must have one."), hint=hint, status=409)
    if whom not in RULES:
        raise Refusal("rule_unknown", _("“%s” is no rule.") % whom[:60], hint=nearest(whom, RULES), status=422)
    if not 0 <= grace_days <= MOST_DAYS:
        raise Refusal("days_unusable", _("The grace has 0 to %d days.") % MOST_DAYS, status=422)
    with transaction.atomic():
        since = before.since if whom == before.whom and before.since else timezone.now()
        facts = {"whom": whom, "grace_days": grace_days, "since": since, "is_fixed": False}
        FactorRule.objects.update_or_create(pk=1, defaults=facts)
        told = {"whom": whom, "grace_days": grace_days}
        record(
            actor, "mlops.account.factor_rule_changed", subject="server/second-factor", data=told, reason=reason,
            before={"whom": before.whom, "grace_days": before.grace_days}, after=told,
        )  # fmt: skip
    return rule()


def who_lacks(now: Rule) -> list[User]:
    """Those of whom the rule requires one, and who have none yet."""
    from mlops.accounts.factors import rules
    from mlops.accounts.standing import people

    if now.whom == OPTIONAL:
        return []
    having = rules.with_factor()
    return [one for one in people().filter(rules.meant(now.whom), is_active=True) if one.pk not in having]
