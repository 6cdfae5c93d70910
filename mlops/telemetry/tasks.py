"""Jobs: look at how busy deployments are; send metrics to a collector; make hours of minutes, clear old ones away;
compare what deployments answered."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.deployments.counting import ask_router
from mlops.deployments.models import Deployment
from mlops.packaging import leases
from mlops.telemetry.comparing import carry_out
from mlops.telemetry.models import AnswerComparison, ComparisonState
from mlops.telemetry.otlp import send_metrics
from mlops.telemetry.rolling import clear_away, roll_up
from mlops.telemetry.sampling import look
from mlops.work.calls import every, job, later

SECONDS = 10.0


def _is_any_ready() -> bool:
    return Deployment.objects.filter(ready_revision__isnull=False).exists()


@every(SECONDS, "telemetry.look", if_any=_is_any_ready)
def look_now() -> None:
    if _is_any_ready():
        stats = ask_router()
        if stats is not None:
            look(stats)


@every(15, "telemetry.send")
def send_now() -> None:
    send_metrics()


@job("telemetry.compare")
def compare(comparison_id: str) -> None:
    carry_out(comparison_id)


@every(10, "telemetry.sweep", if_any=leases.are_open(AnswerComparison.objects))
def sweep() -> None:
    """Takes up what a lost worker or message left."""
    rows = AnswerComparison.objects.all()
    leases.lost_for_good(rows).update(
        state=ComparisonState.FAILED,
        state_since=timezone.now(),
        reason=_("Its worker was lost %(count)d times.") % {"count": leases.MOST_ATTEMPTS},
        hint=_("The worker's log may say why; often the machine ran out of memory. Choose a shorter time."),
    )
    leases.give_back(rows)
    for waiting in leases.forgotten(rows):
        later("telemetry.compare", waiting)


@every(600, "telemetry.roll_up")
def roll_up_now() -> None:
    roll_up()
    clear_away()
