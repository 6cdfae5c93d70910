"""Jobs: look at how busy deployments are; make hours of minutes and clear old ones away."""

from __future__ import annotations

from mlops.deployments.counting import ask_router
from mlops.deployments.models import Deployment
from mlops.telemetry.rolling import clear_away, roll_up
from mlops.telemetry.sampling import look
from mlops.work.calls import every

SECONDS = 10.0


@every(SECONDS, "telemetry.look")
def look_now() -> None:
    if Deployment.objects.filter(ready_revision__isnull=False).exists():
        stats = ask_router()
        if stats is not None:
            look(stats)


@every(600, "telemetry.roll_up")
def roll_up_now() -> None:
    roll_up()
    clear_away()
