"""Where an environment lies, whether it is there, and the row that says how it was built."""

from __future__ import annotations

from pathlib import Path

import msgspec
from django.conf import settings
from django.utils import timezone

from mlops.environments.building import LOCK_FILE, READY_FILE, Build
from mlops.environments.models import Environment, EnvironmentState
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import key_of
from mlops.formats.step import StepReport


def folder_of(requirements: Requirements) -> Path:
    return Path(settings.DATA_DIR) / "environments" / key_of(requirements)[:32]


def is_ready(requirements: Requirements) -> bool:
    return (folder_of(requirements) / READY_FILE).exists()


def begin(requirements: Requirements, *, work_dir: Path) -> Build:
    """A process that builds it, or waits for the one that does; `work_dir` takes its files of talk."""
    known = Environment.objects.filter(key=key_of(requirements)).first()
    _say(requirements, EnvironmentState.BUILDING, "")
    lock = known.lock if known else ""
    return Build(requirements, folder=folder_of(requirements), work_dir=work_dir, lock=lock)


def ended(requirements: Requirements, report: StepReport | None) -> None:
    """Writes down how the build ended; None where it was stopped."""
    if report is None:
        _say(requirements, EnvironmentState.FAILED, "It was stopped.")
    elif report.error is not None:
        _say(requirements, EnvironmentState.FAILED, report.error.message)
    else:
        lock = (folder_of(requirements) / LOCK_FILE).read_text()
        _say(requirements, EnvironmentState.READY, "", lock=lock)


def _say(requirements: Requirements, state: EnvironmentState, reason: str, **more: str) -> None:
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
