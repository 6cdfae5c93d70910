"""What a rule may start besides telling people. Higher packages register their kinds; this package knows none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.alerts.models import Alert
from mlops.formats.refusal import Refusal, Where, nearest

Run = Callable[[Any, Alert, dict[str, Any]], str]
"""(actor, alert, options) -> what was done, in a sentence. Called after commit in a worker, for the rule's owner and
with the owner's permissions. It may be called twice for one alert: it looks whether its work is there already. A
Refusal with a status below 500 is final, everything else is tried again."""
Check = Callable[[Project, dict[str, Any]], None]
"""Raises Refusal where the options cannot work in this project."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One option in the form. `choices` are read when the form is shown: pairs of value and label."""

    name: str
    label: Any
    help: Any = ""
    is_required: bool = True
    choices: Callable[[Project], list[tuple[str, str]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Action:
    kind: str
    title: Any
    """Completes “…, and …”: such as “start a retraining policy”."""
    fields: tuple[Field, ...]
    run: Run
    check: Check | None = None


ACTIONS: dict[str, Action] = {}


def register(kind: str, *, title: Any, run: Run, fields: tuple[Field, ...] = (), check: Check | None = None) -> None:
    ACTIONS[kind] = Action(kind=kind, title=title, fields=fields, run=run, check=check)


def action(kind: str) -> Action:
    """Raises Refusal `action_unknown` with the nearest name."""
    found = ACTIONS.get(kind)
    if found is None:
        raise Refusal(
            "action_unknown",
            _("There is no action “%(kind)s”.") % {"kind": kind},
            hint=nearest(kind, ACTIONS)
            or _("There are: %(known)s.") % {"known": ", ".join(sorted(ACTIONS)) or _("none yet")},
            where=Where(parameter="action.kind", value=kind),
        )
    return found
