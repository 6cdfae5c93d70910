"""Jobs: look at how busy deployments are; send metrics to a collector; make hours of minutes, clear old ones away."""

from __future__ import annotations

from mlops.deployments.counting import ask_router
from mlops.deployments.models import Deployment
from mlops.telemetry.otlp import send_metrics
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


@every(15, "telemetry.send")
def send_now() -> None:
    send_metrics()


@every(600, "telemetry.roll_up")
def roll_up_now() -> None:
    roll_up()
    clear_away()
