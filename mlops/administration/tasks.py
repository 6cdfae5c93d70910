"""Jobs of the server's own keeping."""

from __future__ import annotations

from mlops.administration.health import looking
from mlops.administration.scaling import hook
from mlops.administration.system import storage
from mlops.administration.system.mailing import mail_failing, mail_health
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


@every(15, "administration.look_at_health")
def look_at_health() -> None:
    looking.look()


@every(15, "administration.scale_workers")
def scale_workers() -> None:
    hook.scale()


@every(3600, "administration.forget_health")
def forget_health() -> None:
    looking.forget_old()


@job("administration.look_at_health_now")
def look_at_health_now() -> None:
    looking.look(at_once=True)


@job("administration.mail_health")
def mail_of_health(part: str) -> None:
    mail_health(part)
