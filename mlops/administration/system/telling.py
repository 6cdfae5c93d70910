"""A regular job that fails again and again is told: one event, and a mail to the administrators; so is its recovery."""

from __future__ import annotations

from mlops.events.chain import record
from mlops.work import outcomes
from mlops.work.calls import later

SUBJECT_LONGEST = 400


def register() -> None:
    outcomes.FAILING.append(tell_failing)
    outcomes.RECOVERED.append(tell_recovered)


def tell_failing(name: str, failures: int, error: str) -> None:
    """In the transaction in which the failure is written down."""
    data = {"job": name, "failures": failures, "error": error[:SUBJECT_LONGEST]}
    record(None, "mlops.server.job_failing", subject=f"server/{name}", data=data)
    later("administration.mail_failing", name, str(failures), error[:SUBJECT_LONGEST])


def tell_recovered(name: str, failures: int, error: str) -> None:
    data = {"job": name, "failures": failures, "error": error[:SUBJECT_LONGEST]}
    record(None, "mlops.server.job_recovered", subject=f"server/{name}", data=data)
