"""Deciding on a request: approve, reject, withdraw; and what happens when nobody does in time."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.access.decisions import may, require
from mlops.access.models import Role
from mlops.formats.refusal import Refusal
from mlops.registry.approval.checks import judged
from mlops.registry.approval.demands import Demand, demand_of_request
from mlops.registry.models import Approval, ModelAlias, ModelVersion, RegisteredModel, Transition, TransitionState
from mlops.registry.moving import carry_out, tell
from mlops.registry.named_in import check_alias_free
from mlops.registry.pointing import LONGEST_REASON, require_passed, told_of

DEED: dict[str, str] = {Role.OWNER: "own", Role.CONTRIBUTOR: "models.promote"}


def approve(actor: Any, request: Transition, *, reason: str = "") -> Transition:
    """With the last approval that is needed it takes effect. Raises Refusal `request_ended`, `own_request`,
    `approved_already`, `checks_not_passed`, `request_outdated`, and InUse `alias_in_use`."""
    require(actor, "models.promote", request.model.project)
    reason = reason.strip()[:LONGEST_REASON]
    with transaction.atomic():
        request = _locked(request)
        demand = demand_of_request(request)
        _require_may_decide(actor, request, demand)
        _made, is_new = Approval.objects.get_or_create(transition=request, by=actor, defaults={"reason": reason})
        if not is_new and len(approvers(request, demand)) < demand.approvals:
            raise Refusal("approved_already", _("You have approved it already; others must."), status=409)
        if len(approvers(request, demand)) < demand.approvals:
            _tell(actor, request, "approved", reason)
            return request
        require_passed(judged(request.version, demand.checks), request)
        _require_as_asked(request)
        _tell(actor, request, "approved", reason)
        carry_out(actor, request, reason=reason)
    return request


def reject(actor: Any, request: Transition, *, reason: str) -> Transition:
    """One no ends it. Raises Refusal `reason_missing` beside those of `approve`."""
    require(actor, "models.promote", request.model.project)
    if not reason.strip():
        raise Refusal(
            "reason_missing",
            _("A rejection needs a reason."),
            hint=_("Say what is missing, so that whoever asked knows what to do."),
        )
    with transaction.atomic():
        request = _locked(request)
        _require_may_decide(actor, request, demand_of_request(request))
        _end(actor, request, TransitionState.REJECTED, reason)
    return request


def withdraw(actor: Any, request: Transition, *, reason: str = "") -> Transition:
    """By whoever asked, or by an owner."""
    require(actor, "models.promote", request.model.project)
    with transaction.atomic():
        request = _locked(request)
        if request.asked_by_id != actor.pk:
            require(actor, "own", request.model.project)
        _end(actor, request, TransitionState.WITHDRAWN, reason)
    return request


def expire_due() -> None:
    """May run twice and late: a request that is over is refused anyway."""
    due = Transition.objects.filter(state=TransitionState.PENDING, expires_at__lte=timezone.now())
    for request in due.select_related("model__project", "version__model"):
        with transaction.atomic():
            if Transition.objects.filter(pk=request.pk, state=TransitionState.PENDING).update(
                state=TransitionState.EXPIRED, ended_at=request.expires_at
            ):
                _tell(None, request, "expired", _("Nobody decided in time."))


def approvers(request: Transition, demand: Demand) -> list[Any]:
    """Those who said yes and may still say so."""
    found = Approval.objects.filter(transition=request).select_related("by")
    return [one.by for one in found if _obstacle(one.by, request, demand) is None]


def may_decide(person: Any, request: Transition, demand: Demand) -> bool:
    return request.is_pending and _obstacle(person, request, demand) is None


def _obstacle(person: Any, request: Transition, demand: Demand) -> Refusal | None:
    project = request.model.project
    if request.asked_by_id == person.pk and not demand.asker_may_approve:
        return Refusal(
            "own_request",
            _("You asked for it yourself, so somebody else must decide."),
            hint=_("Ask %(who)s of the project, or withdraw it.")
            % {"who": _("an owner") if demand.by == Role.OWNER else _("a contributor")},
            status=403,
        )
    if not may(person, DEED[demand.by], project):
        return Refusal(
            "forbidden",
            _("Only people with the role %(role)s in “%(project)s” decide on this.")
            % {"role": demand.by, "project": project.name},
            hint=_("Ask one of them."),
            status=403,
        )
    return None


def _require_may_decide(actor: Any, request: Transition, demand: Demand) -> None:
    obstacle = _obstacle(actor, request, demand)
    if obstacle is not None:
        raise obstacle


def _require_as_asked(request: Transition) -> None:
    """An alias that moved to another version meanwhile is not the one that was to be removed."""
    if not request.is_removal:
        return
    pointed = ModelAlias.objects.filter(model=request.model, name=request.name).select_related("version", "model")
    alias = pointed.first()
    if alias is None or alias.version_id != request.version_id:
        raise Refusal(
            "request_outdated",
            _("The alias “%(alias)s” does not point to %(version)s any more.")
            % {"alias": request.name, "version": request.version},
            hint=_("Reject the request; who still wants the alias gone asks again."),
            status=409,
        )
    check_alias_free(alias)


def _locked(request: Transition) -> Transition:
    """As it is now, with the rows of its model and its version locked. Raises Refusal `request_ended`."""
    RegisteredModel.with_deleted.select_for_update(no_key=True).get(pk=request.model_id)
    found = Transition.objects.select_related("model__project", "version__model__project", "asked_by").get(
        pk=request.pk
    )
    if found.is_pending and found.expires_at is not None and found.expires_at <= timezone.now():
        found.state = TransitionState.EXPIRED
    if not found.is_pending:
        raise Refusal(
            "request_ended",
            _("Request %(number)d is over: %(state)s.")
            % {"number": found.pk, "state": found.get_state_display().lower()},
            hint=_("Ask again, if it is still wanted."),
            status=409,
        )
    if ModelVersion.objects.select_for_update(of=("self",), no_key=True).filter(pk=found.version_id).first() is None:
        raise Refusal(
            "version_deleted",
            _("%(version)s is in the recycle bin.") % {"version": found.version},
            hint=_("Restore it first."),
            status=409,
        )
    return found


def _end(actor: Any, request: Transition, state: str, reason: str) -> None:
    request.state, request.ended_at, request.ended_by = state, timezone.now(), actor
    request.ended_reason = reason.strip()[:LONGEST_REASON]
    request.save()
    _tell(actor, request, "rejected" if state == TransitionState.REJECTED else "withdrawn", request.ended_reason)


def _tell(actor: Any, request: Transition, act: str, reason: str) -> None:
    tell(actor, request.model, request.subject, f"mlops.model.change_{act}", reason, **told_of(request))


def missing_in_words(count: int) -> str:
    return ngettext("%(count)d approval is missing", "%(count)d approvals are missing", count) % {"count": count}
