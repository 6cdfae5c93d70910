"""Jobs of the server's own keeping."""

from __future__ import annotations

from mlops.administration.system import storage
from mlops.administration.system.mailing import mail_failing
from mlops.work.calls import every, job


@every(3600, "administration.measure_storage")
def measure_storage() -> None:
    storage.measure()


@job("administration.measure_now")
def measure_now() -> None:
    storage.measure()


@job("administration.mail_failing")
def mail(name: str, failures: str, error: str) -> None:
    mail_failing(name, int(failures), error)
