"""What a sweep says of its trials: lines of its step's log, which the page and `job stream` tell as they come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.events.chain import notify
from mlops.runs.models import LogLine, Step, Trial

MOST_TRIES = 5


def tell(step: Step, text: str) -> None:
    """Another look may write a line at the same moment: then this one is the next."""
    for _attempt in range(MOST_TRIES):
        last = LogLine.objects.filter(step=step).aggregate(last=Max("seq"))["last"] or 0
        try:
            with transaction.atomic():
                LogLine.objects.create(step=step, seq=last + 1, at=timezone.now(), stream="log", text=text)
                notify("log", f"{step.run_id}/{step.node}", project=step.run.project)
        except IntegrityError:
            continue
        return


def began(number: int, values: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name}={_word(value)}" for name, value in values.items())
    return _("Trial %(number)d began: %(values)s") % {"number": number, "values": told}


def ended(trial: Trial, *, metric: str) -> str:
    words = {
        "number": trial.number,
        "state": trial.run.get_state_display().lower(),
        "metric": metric,
        "score": trial.score,
        "reason": trial.run.reason,
    }
    if trial.run.state != "completed":
        return _("Trial %(number)d %(state)s: %(reason)s") % words
    if trial.score is None:
        return _("Trial %(number)d completed, without a value of %(metric)s") % words
    if trial.is_best:
        return _("Trial %(number)d completed: %(metric)s %(score).6g, the best so far") % words
    return _("Trial %(number)d completed: %(metric)s %(score).6g") % words


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
