"""Calls are worked off: begun once, looked at until they end, and begun again where what failed may be over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from mlops.access.decisions import require
from mlops.formats.refusal import Refusal
from mlops.repositories import releases
from mlops.repositories.models import CallState, Deed, ReleaseCall
from mlops.repositories.releasing.deploying import Deploying
from mlops.repositories.releasing.dispatching import Dispatching
from mlops.repositories.releasing.kind import Kind, Standing
from mlops.repositories.releasing.running import Running

KINDS: dict[str, Kind] = {Deed.DISPATCH: Dispatching(), Deed.JOB: Running(), Deed.DEPLOYMENT: Deploying()}
LEASE = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=5)
MOST_ATTEMPTS = 8
ENDS = (CallState.TOLD, CallState.DONE, CallState.FAILED)
TEMPORARY = ("repository_unreachable", "repository_too_slow", "deployment_in_transition", "repository_login_refused")


def due(now: datetime) -> list[int]:
    return list(ReleaseCall.objects.filter(next_at__lte=now).values_list("pk", flat=True)[:50])


def work(call_id: int) -> None:
    """By one worker at a time."""
    now = timezone.now()
    rows = ReleaseCall.objects.filter(pk=call_id)
    if not rows.filter(next_at__lte=now).update(next_at=now + LEASE):
        return
    known = rows.select_related("release__repository__project", "release__created_by", "run", "deployment__endpoint")
    call = known.get()
    kind = KINDS[call.release.does]
    try:
        is_begun = call.state == CallState.RUNNING or call.run_id or call.deployment_id
        standing = kind.look(call) if is_begun else kind.begin(call)
    except Refusal as refusal:
        _failed(call, refusal)
        return
    _keep(call, standing, next_at=None if standing.state in ENDS else now + LOOK_AGAIN)


def try_again(actor: Any, call: ReleaseCall) -> None:
    """From the beginning, at the newest commit. Refused while it is under way."""
    require(actor, "repositories.manage", call.release.repository.project)
    with transaction.atomic():
        call.state = ReleaseCall.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=call.pk)
        if call.state not in ENDS:
            raise releases.under_way(call)
        releases.tell_again(actor, call)
        call.run, call.deployment, call.attempts, call.commit, call.begun_at = None, None, 0, "", None
        call.save(update_fields=["run", "deployment", "attempts", "commit", "begun_at"])
        _keep(call, Standing(state=CallState.WAITING), next_at=timezone.now())


def _failed(call: ReleaseCall, refusal: Refusal) -> None:
    """A host that does not take a call is asked again; a file that is wrong stays wrong until somebody changes it."""
    call.attempts += 1
    is_temporary = call.release.does == Deed.DISPATCH or refusal.code in TEMPORARY
    is_over = not is_temporary or call.attempts >= MOST_ATTEMPTS
    wait = timedelta(seconds=min(15 * 2**call.attempts, 3_600))
    state = CallState.FAILED if is_over else CallState(call.state)
    call.save(update_fields=["attempts"])
    standing = Standing(state=state, reason=refusal.message, hint=refusal.hint)
    _keep(call, standing, next_at=None if is_over else timezone.now() + wait)


def _keep(call: ReleaseCall, standing: Standing, *, next_at: datetime | None) -> None:
    before = call.state
    if standing.state != before:
        call.state_since = timezone.now()
    call.state, call.reason, call.hint, call.next_at = standing.state, standing.reason, standing.hint, next_at
    told = ["state", "reason", "hint", "state_since", "next_at"]
    if standing.state != before and call.git_tag and call.release.repository.reports_status:
        call.report_at, call.report_attempts = timezone.now(), 0
        told += ["report_at", "report_attempts"]
    with transaction.atomic():
        call.save(update_fields=told)
        if standing.state != before and standing.state != CallState.WAITING:
            releases.tell_call(call)
