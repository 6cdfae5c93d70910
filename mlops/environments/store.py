"""Where an environment lies, whether it is there, and the row that says how it was built."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from mlops.environments.building import LOCK_FILE, READY_FILE, Build
from mlops.environments.models import Environment, EnvironmentState
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import key_of
from mlops.formats.step import StepReport

LOG_SUFFIX = ".log"
USE_SEEN = timedelta(hours=1)


def root() -> Path:
    return Path(settings.DATA_DIR) / "environments"


def folder_of(requirements: Requirements) -> Path:
    return folder_by(key_of(requirements))


def folder_by(key: str) -> Path:
    return root() / key[:32]


def log_by(key: str) -> Path:
    """What its build said, or says."""
    return folder_by(key).with_suffix(LOG_SUFFIX)


def is_ready(requirements: Requirements) -> bool:
    """Whether it is there. Asking is using: what is used is not removed."""
    if not (folder_of(requirements) / READY_FILE).exists():
        return False
    now = timezone.now()
    seen = Q(used_at__gt=now - USE_SEEN)
    Environment.objects.filter(key=key_of(requirements)).exclude(seen).update(used_at=now)
    return True


def begin(requirements: Requirements, *, work_dir: Path) -> Build:
    """A process that builds it, or waits for the one that does; `work_dir` takes its files of talk."""
    known = Environment.objects.filter(key=key_of(requirements)).first()
    _say(requirements, EnvironmentState.BUILDING, "")
    lock = known.lock if known else ""
    return Build(requirements, folder=folder_of(requirements), work_dir=work_dir, lock=lock)


def ended(requirements: Requirements, report: StepReport | None) -> None:
    """Writes down how the build ended; None where it was stopped."""
    folder = folder_of(requirements)
    if report is None:
        _say(requirements, EnvironmentState.FAILED, "It was stopped.")
    elif report.error is not None:
        _say(requirements, EnvironmentState.FAILED, f"{report.error.message} {report.error.hint}".strip())
    else:
        lock = (folder / LOCK_FILE).read_text()
        built = msgspec.json.decode((folder / READY_FILE).read_bytes() or b"{}")
        _say(
            requirements, EnvironmentState.READY, built.get("said", ""), lock=lock, built=built, used_at=timezone.now()
        )


def _say(requirements: Requirements, state: EnvironmentState, reason: str, **more: Any) -> None:
    Environment.objects.update_or_create(
        key=key_of(requirements),
        defaults={
            "requirements": msgspec.to_builtins(requirements),
            "state": state,
            "reason": reason,
            "state_since": timezone.now(),
            **more,
        },
    )
