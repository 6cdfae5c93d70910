"""A run's beginning: at once, or as soon as the maintenance of the server and the quotas let it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.access import maintenance
from mlops.events.chain import notify
from mlops.quotas.holding import locked_most_of
from mlops.quotas.own import locked_most_of_person
from mlops.runs import places
from mlops.runs.models import Run
from mlops.runs.moves import begin_run
from mlops.work.calls import later


def begin(run: Run) -> bool:
    """Whether it goes now, whoever began it. One that waits says for what."""
    if run.parent_id is None and (found := maintenance.current()) is not None:
        _say(run, _("Waits until the maintenance of this server is over: %s") % found.reason)
        return False
    with transaction.atomic():
        if (own := _own_limit(run)) is not None:
            said = ngettext(
                "Waits for a place: the quota of %(person)s is %(most)d run at once.",
                "Waits for a place: the quota of %(person)s is %(most)d runs at once.",
                own,
            )
            _say(run, said % {"most": own, "person": run.created_by})
            return False
        most = locked_most_of(run.project, places.KIND) if places.counts(run) else None
        if most is None or places.ahead_of(run) < most:
            begin_run(run, reason=_("Its steps are running."))
            return True
    said = ngettext(
        "Waits for a place: the quota of this project is %(most)d run at once.",
        "Waits for a place: the quota of this project is %(most)d runs at once.",
        most,
    )
    _say(run, said % {"most": most})
    return False


def _own_limit(run: Run) -> int | None:
    """How many its person may have at once, where they are going already; None: it may begin."""
    if run.created_by is None or not places.counts(run):
        return None
    most = locked_most_of_person(run.created_by, places.KIND)
    used = places.used_by([run.created_by.pk]).get(run.created_by.pk, 0) if most is not None else 0
    return most if most is not None and used >= most else None


def wake_next(run: Run) -> None:
    """After the end of a run: the one that waits longest begins soon; the regular look would find it as well."""
    if places.counts(run):
        later("execution.begin_next", run.project_id)


def _say(run: Run, reason: str) -> None:
    if Run.objects.filter(pk=run.pk, state="queued").exclude(reason=reason).update(reason=reason):
        notify("run", str(run.pk), project=run.project)
