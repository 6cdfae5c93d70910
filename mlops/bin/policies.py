"""How long a project's bin keeps things, and which rules fill it."""

from __future__ import annotations

from django.conf import settings

from mlops.access.models import Project
from mlops.bin.models import Policy


def policy_of(project: Project) -> Policy:
    """As it was set, or as the server has it."""
    return Policy.objects.filter(project=project).first() or Policy(project=project, is_on=False)


def days_in_bin(project: Project) -> int:
    """0: for ever."""
    days = policy_of(project).days_in_bin
    return int(settings.BIN_DAYS) if days is None else days
