"""The monitors' jobs: making due looks, carrying them out, and taking back those whose worker is gone."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops.monitoring import places, settling
from mlops.monitoring.batches import make_batch_looks
from mlops.monitoring.late_labels import look_again_at_labelled
from mlops.monitoring.looking import look_while_there_are
from mlops.monitoring.models import Look, LookState
from mlops.monitoring.ticking import is_any, tick
from mlops.packaging import leases
from mlops.work.calls import every, job, later


@every(5, "monitoring.tick", if_any=is_any)
def look_at_monitors() -> None:
    tick()


@every(30, "monitoring.labels")
def look_at_labels() -> None:
    look_again_at_labelled()


@job("monitoring.look")
def look(look_id: str) -> None:
    look_while_there_are(look_id)


@job("monitoring.batches")
def look_for_batches(monitor_id: str) -> None:
    make_batch_looks(monitor_id)


@every(10, "monitoring.sweep", if_any=leases.are_open(Look.objects))
def sweep() -> None:
    rows = Look.objects.all()
    for lost in leases.lost_for_good(rows.select_related("monitor__project")):
        settling.ended_without(
            lost,
            state=LookState.FAILED,
            reason=_("Its worker was lost %(count)d times.") % {"count": leases.MOST_ATTEMPTS},
            hint=_("The worker's log may say why; often the machine ran out of memory. Then look again."),
        )
    leases.give_back(rows)
    if rows.filter(state=LookState.QUEUED).exists():
        later("monitoring.look", "")


@every(3600, "monitoring.tidy")
def tidy() -> None:
    places.tidy()
