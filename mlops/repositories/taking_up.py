"""A push is taken up: its commit fetched, and a run begun for each file that describes a job.

A worker may be killed anywhere: who comes next starts only what has no run yet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.events.chain import record
from mlops.formats.azureml.faults import told_in_full
from mlops.formats.refusal import Refusal
from mlops.jobs.actions import Asked, create_job
from mlops.jobs.naming import made_up
from mlops.repositories import followers
from mlops.repositories.asking import taken
from mlops.repositories.code_facts import write_facts
from mlops.repositories.git.orders import Fetched
from mlops.repositories.kinds import is_job
from mlops.repositories.models import Cause, Push, PushState, Repository, Started
from mlops.repositories.patterns import is_branch_of, matching
from mlops.work import shared_clock

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
MOST_JOBS = 20


def waiting() -> Any:
    """Pushes that nobody works on."""
    now = shared_clock.now()
    lost = Q(state=PushState.RUNNING, lease_until__lt=now)
    return Push.objects.filter(Q(state=PushState.QUEUED) | lost).order_by("created_at")


def take_up(push_id: str) -> None:
    now = shared_clock.now()
    claimed = waiting().filter(pk=push_id).order_by()
    if not claimed.update(
        state=PushState.RUNNING, state_since=now, lease_until=now + LEASE, attempts=F("attempts") + 1
    ):
        return
    push = Push.objects.select_related("repository__project", "repository__acts_as", "asked_by").get(pk=push_id)
    try:
        if push.attempts > MOST_ATTEMPTS:
            raise Refusal("push_lost", _("Its worker was lost %d times.") % MOST_ATTEMPTS, hint=_("Synchronise again."))
        _work(push)
    except Refusal as refusal:
        _end(push, PushState.FAILED, reason=refusal.message, hint=refusal.hint)


def _work(push: Push) -> None:
    row = push.repository
    actor = push.asked_by or row.acts_as
    if actor is None or not actor.is_active:
        raise Refusal(
            "repository_nobodys",
            _("The person who connected “%s” has left.") % row.name,
            hint=_("An owner saves the repository's settings once: it acts with that person's rights then."),
        )
    with taken(row, branch=push.branch, commit=push.commit, before=push.before) as (folder, found):
        push.commit, push.branch = found.commit, found.branch
        push.message, push.left_out = found.message, list(found.left_out)
        push.save(update_fields=["commit", "branch", "message", "left_out"])
        push.followed = followers.tell(row, found, folder)
        push.save(update_fields=["followed"])
        if reason := _uninteresting(row, found):
            _end(push, PushState.DONE, reason=reason)
            return
        paths = _jobs(row, folder, found) if _starts_jobs(push) else []
        started = [one for path in paths if (one := _start(actor, push, path, folder)).run_id]
    _remember(row, push)
    bad = Started.objects.filter(push=push).exclude(trouble="").count()
    is_idle = not (started or bad or push.followed)
    reason = _("No file of this commit describes a job.") if is_idle else ""
    hint = _("It looks for: %s.") % ", ".join(row.files) if is_idle else ""
    state = PushState.FAILED if bad and not started else PushState.DONE
    if bad:
        reason = _("%(bad)d of %(all)d files could not be started.") % {"bad": bad, "all": bad + len(started)}
    _end(push, state, reason=reason, hint=hint)


def _uninteresting(row: Repository, found: Fetched) -> str:
    """Why nothing is to be done, where nothing of interest changed."""
    if not row.paths or found.changed is None or matching(found.changed, row.paths):
        return ""
    return _("Nothing changed below %s.") % ", ".join(row.paths)


def _starts_jobs(push: Push) -> bool:
    """Not where it is taken up for those alone that follow its branch."""
    own = push.repository.branches or [name for name in [push.repository.branch] if name]
    is_theirs = push.cause != Cause.PERSON and push.branch in followers.branches(push.repository)
    return not (own and is_theirs) or is_branch_of(push.branch, own)


def _jobs(row: Repository, folder: Path, found: Fetched) -> list[str]:
    """Raises Refusal `jobs_too_many`."""
    paths = [path for path in matching(found.paths, row.files) if is_job(folder / path)]
    if len(paths) > MOST_JOBS:
        raise Refusal(
            "jobs_too_many",
            _("%(count)d files describe jobs; a push starts at most %(most)d.")
            % {"count": len(paths), "most": MOST_JOBS},
            hint=_("Name fewer by the repository's patterns of files."),
        )
    return paths


def _start(actor: Any, push: Push, path: str, folder: Path) -> Started:
    known = Started.objects.filter(push=push, path=path).first()
    if known is not None:
        return known
    row = push.repository
    report_at = timezone.now() if row.reports_status else None
    write_facts(row, folder, branch=push.branch, commit=push.commit)
    try:
        with transaction.atomic():
            asked = Asked(name=made_up(), beside=row.name)
            run, warnings = create_job(actor, row.project, folder, main=path, asked=asked)
            return Started.objects.create(
                push=push, path=path, run=run, warnings=list(warnings)[:50], report_at=report_at
            )
    except Refusal as refusal:
        told = told_in_full(refusal)
        return Started.objects.create(push=push, path=path, trouble=told, hint=refusal.hint, report_at=report_at)


def _remember(row: Repository, push: Push) -> None:
    with transaction.atomic():
        heads = Repository.objects.select_for_update(no_key=True).get(pk=row.pk).heads
        Repository.objects.filter(pk=row.pk).update(heads={**heads, push.branch: push.commit})


def _end(push: Push, state: PushState, *, reason: str = "", hint: str = "") -> None:
    now = shared_clock.now()
    with transaction.atomic():
        rows = Push.objects.filter(pk=push.pk, state=PushState.RUNNING, attempts=push.attempts)
        if not rows.update(state=state, reason=reason, hint=hint, state_since=now, lease_until=None):
            return
        row = push.repository
        is_untold = not Started.objects.filter(push=push).exists()
        if state == PushState.FAILED and row.reports_status and push.commit and is_untold:
            Started.objects.get_or_create(push=push, path="", defaults={"trouble": reason, "report_at": now})
        started = list(Started.objects.filter(push=push).exclude(path=""))
        data = {
            "repository": row.name,
            "branch": push.branch,
            "commit": push.commit,
            "cause": push.cause,
            "runs": [str(one.run_id) for one in started if one.run_id],
            "files": [one.path for one in started],
            "reason": reason[:500],
        }
        verb = "taken_up" if state == PushState.DONE else "failed"
        record(
            push.asked_by,
            f"mlops.push.{verb}",
            subject=f"repositories/{row.pk}",
            project=row.project,
            data=data,
            notice=("repository", str(row.pk)),
        )
