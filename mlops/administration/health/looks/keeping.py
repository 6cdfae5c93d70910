"""How the server is kept: backups, maintenance, and settings that nothing reads."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops import env
from mlops.access import maintenance
from mlops.administration.health.finding import Finding, of_standing
from mlops.administration.system import copies


def backups() -> list[Finding]:
    standing = copies.copies().standing
    return [] if standing.state == "ok" else [of_standing(standing, link="/docs/guides/operations/")]


def maintained() -> list[Finding]:
    found = maintenance.current()
    if found is None:
        return []
    why = (
        _("The server is closed for changes for longer than was said.")
        if found.is_overdue
        else _("The server is closed for changes.")
    )
    remedy = _("End it when the work is done: `mlops maintenance off`.")
    return [Finding(state="warning", why=why, since=found.since, remedy=remedy, link="/system/maintenance/")]


def settings() -> list[Finding]:
    """`MLOPS_…` variables of the worker that looks, which nothing reads."""
    remedy = _("Correct the name where the processes are started, or take it out.")
    return [
        Finding(state="warning", what=text.partition(" ")[0], why=_("Nothing reads this setting."), remedy=remedy)
        for text in env.unknown_names()
    ]
