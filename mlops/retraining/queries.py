"""Reading policies and attempts, and what today's policy would have said of earlier ones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.formats.evidence import Verdict
from mlops.formats.refusal import Refusal
from mlops.retraining.models import Attempt, Policy, PolicyRevision
from mlops.retraining.verdicts import verdict_of

MOST_LOOKED_BACK = 50


def visible_to(person: Any) -> QuerySet[Policy]:
    found = Policy.objects.filter(project__in=visible_projects(person))
    return found.select_related("project", "created_by", "runs_as")


def policy(person: Any, policy_id: UUID) -> Policy:
    found = visible_to(person).filter(pk=policy_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such retraining policy, or you may not see it."), status=404)
    return found


def attempts_of(of: Policy) -> QuerySet[Attempt]:
    """The newest first, without what is large."""
    found = Attempt.objects.filter(policy=of).defer("evidence", "history")
    return found.select_related(
        "policy__project", "run", "challenger__model", "champion__model", "deployment", "rollout", "created_by"
    ).order_by("-number")


def attempt(of: Policy, number: int) -> Attempt:
    rows = Attempt.objects.filter(policy=of).select_related(
        "policy__project", "policy__runs_as", "run", "challenger__model__project", "challenger__run",
        "champion__model__project", "deployment__endpoint", "rollout__endpoint", "data__dataset", "created_by",
    )  # fmt: skip
    found = rows.filter(number=number).first()
    if found is None:
        numbers = ", ".join(str(one) for one in attempts_of(of).values_list("number", flat=True)[:10])
        hint = _("There are: %(numbers)s.") % {"numbers": numbers or _("none")}
        raise Refusal(
            "not_found",
            _("“%(name)s” has no attempt %(number)s.") % {"name": of.name, "number": number},
            hint=hint,
            status=404,
        )
    return found


def revisions_of(of: Policy) -> QuerySet[PolicyRevision]:
    return PolicyRevision.objects.filter(policy=of).select_related("created_by")


class LookedBack(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier attempt, what was said of it then, and what the policy as it is now says of the same evidence."""

    attempt: Any
    then: Verdict
    now: Verdict

    @property
    def is_other(self) -> bool:
        return self.then.act != self.now.act


def looked_back(of: Policy) -> list[LookedBack]:
    """The newest first. Intervals are those that were measured then."""
    compare = of.wanted.compare
    rows = Attempt.objects.filter(policy=of, evidence__isnull=False).select_related("policy").order_by("-number")
    found = []
    for one in rows[:MOST_LOOKED_BACK]:
        evidence, judged = one.found, one.judged
        if evidence is not None and judged is not None:
            found.append(LookedBack(attempt=one, then=judged, now=verdict_of(compare, evidence)))
    return found
