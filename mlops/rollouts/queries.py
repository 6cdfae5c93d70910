"""Reading rollouts."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.deployments.models import Endpoint
from mlops.formats.refusal import Refusal
from mlops.rollouts.models import LIVE, Rollout, RolloutState


def rollouts_of(endpoint: Endpoint) -> QuerySet[Rollout]:
    """The newest first."""
    rows = Rollout.objects.filter(endpoint=endpoint)
    return rows.select_related("endpoint__project", "candidate", "control", "created_by")


def rollout_of(endpoint: Endpoint, number: int) -> Rollout:
    rollout = rollouts_of(endpoint).filter(number=number).first()
    if rollout is None:
        numbers = ", ".join(str(one) for one in rollouts_of(endpoint).values_list("number", flat=True)[:10])
        hint = _("There are: %(numbers)s.") % {"numbers": numbers or _("none")}
        raise Refusal(
            "not_found",
            _("“%(name)s” has no rollout %(number)s.") % {"name": endpoint.name, "number": number},
            hint=hint,
            status=404,
        )
    return rollout


def live_rollout(endpoint: Endpoint) -> Rollout | None:
    return rollouts_of(endpoint).filter(state__in=LIVE).first()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the plan and where it stands: done, now, next (in the plan still) or never."""

    number: int
    percent: float
    mirror: float
    state: str
    requests: int | None = None
    errors: int | None = None
    began_at: str = ""
    ended_at: str = ""
    reason: str = ""


def lines_of(rollout: Rollout) -> list[Line]:
    past: dict[int, dict[str, Any]] = {one["step"]: one for one in rollout.past}
    return [_line(rollout, number, step, past.get(number)) for number, step in enumerate(rollout.planned.steps, 1)]


def _line(rollout: Rollout, number: int, step: Any, told: dict[str, Any] | None) -> Line:
    line = Line(number=number, percent=step.percent, mirror=step.mirror, state="next")
    if told is not None:
        bad = rollout.state == RolloutState.ROLLED_BACK and number == rollout.step + 1
        return msgspec.structs.replace(
            line,
            state="bad" if bad else "done",
            requests=told["candidate"]["requests"],
            errors=told["candidate"]["errors"],
            began_at=told["began_at"],
            ended_at=told["ended_at"],
            reason=told["reason"],
        )
    if rollout.is_live and number == rollout.step + 1:
        return msgspec.structs.replace(
            line, state="now", began_at=rollout.step_began_at.isoformat(), reason=rollout.reason
        )
    return line if rollout.is_live else msgspec.structs.replace(line, state="never")
