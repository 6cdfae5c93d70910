"""Reading requests, histories and rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import visible_projects
from mlops.access.models import Project
from mlops.formats.refusal import Refusal
from mlops.registry.approval.checks import Finding, judged
from mlops.registry.approval.deciding import approvers, may_decide
from mlops.registry.approval.demands import Demand, demand_of_request
from mlops.registry.models import Approval, ApprovalRule, Transition, TransitionState


def visible_transitions(person: Any) -> QuerySet[Transition]:
    """Of models and versions that are not in the recycle bin."""
    found = Transition.objects.filter(
        model__project__in=visible_projects(person), model__deleted_at=None, version__deleted_at=None
    )
    return found.select_related("model__project", "version__model__project", "asked_by", "ended_by")


def visible_request(person: Any, request_id: int) -> Transition:
    found = visible_transitions(person).filter(pk=request_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such request, or you may not see it."), status=404)
    return found


def waiting(transitions: QuerySet[Transition]) -> QuerySet[Transition]:
    still = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return transitions.filter(still, state=TransitionState.PENDING)


def turned_down(transitions: QuerySet[Transition]) -> list[Transition]:
    """Of one version: what somebody said no to, until it is asked for again or done."""
    newest: dict[tuple[str, str, bool], Transition] = {}
    for one in transitions.order_by("pk"):
        newest[one.kind, one.name, one.is_removal] = one
    return [one for one in newest.values() if one.state == TransitionState.REJECTED]


def waiting_in(person: Any, project: Project) -> int:
    return waiting(visible_transitions(person).filter(model__project=project)).count()


def visible_rules(person: Any) -> QuerySet[ApprovalRule]:
    found = ApprovalRule.objects.filter(project__in=visible_projects(person))
    return found.filter(Q(model=None) | Q(model__deleted_at=None)).select_related("project", "model", "created_by")


def visible_rule(person: Any, rule_id: UUID) -> ApprovalRule:
    found = visible_rules(person).filter(pk=rule_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such rule, or you may not see it."), status=404)
    return found


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request stands, for the person who looks. `state` is also right when nobody has looked for a while."""

    state: str
    demand: Demand | None
    approvals: tuple[Approval, ...]
    missing: int
    findings: tuple[Finding, ...]
    may_decide: bool
    may_withdraw: bool


def standing_of(person: Any, request: Transition, *, is_owner: bool) -> Standing:
    approvals = tuple(Approval.objects.filter(transition=request).select_related("by"))
    is_over = request.is_pending and request.expires_at is not None and request.expires_at <= timezone.now()
    if not request.is_pending or is_over:
        state = TransitionState.EXPIRED if is_over else request.state
        return Standing(
            state=state, demand=None, approvals=approvals, missing=0, findings=(), may_decide=False, may_withdraw=False
        )
    demand = demand_of_request(request)
    return Standing(
        state=request.state,
        demand=demand,
        approvals=approvals,
        missing=max(0, demand.approvals - len(approvers(request, demand))),
        findings=judged(request.version, demand.checks),
        may_decide=may_decide(person, request, demand) and person.pk not in {one.by_id for one in approvals},
        may_withdraw=is_owner or request.asked_by_id == person.pk,
    )
