"""Looks that another drift monitor stored, in Azure ML's form, kept as looks of a monitor of ours, for charts.

They change no alarm and wake nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.formats.monitor import FeatureFound, Measured, MonitorFound, SignalFound
from mlops.formats.refusal import Refusal, Where
from mlops.monitoring.found import summary_of
from mlops.monitoring.models import Look, LookCause, LookResult, LookState, Monitor
from mlops.monitoring.planning import make_look
from mlops.monitoring.stored_form import THEIRS

OURS = {theirs: ours for ours, theirs in THEIRS.items()}
MAGNITUDE, CONTRIBUTION = "datadrift_coefficient", "datadrift_contribution"
MOST_RUNS = 10_000


def import_stored(actor: Any, monitor: Monitor, runs: Any) -> list[Look]:
    """Those that were not imported before. Raises Refusal `stored_form_invalid` with the place of the fault."""
    require(actor, "monitors.change", monitor.project)
    if not isinstance(runs, list) or len(runs) > MOST_RUNS:
        raise _wrong(_("It is no list of at most %(most)d runs.") % {"most": MOST_RUNS}, 0)
    read = [one for number, run in enumerate(runs, 1) if (one := _read(run, number)) is not None]
    made: list[Look] = []
    with transaction.atomic():
        row = Monitor.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=monitor.pk)
        for end, found in read:
            window = f"imported:{end.isoformat()}"
            look = make_look(row, window=window, start=None, end=end, cause=LookCause.BACKFILL, actor=actor)
            if look is not None:
                _settle(look, found)
                made.append(look)
        row.save(update_fields=["last_number"])
    return made


def _settle(look: Look, found: MonitorFound) -> None:
    look.state, look.state_since = LookState.COMPLETED, timezone.now()
    look.reason = _("Imported.")
    look.baseline, look.target = found.baseline, found.target
    look.summary = msgspec.to_builtins(summary_of(found))
    look.share_done = 1.0
    look.save()
    LookResult.objects.create(look=look, found=msgspec.to_builtins(found))


def _read(run: Any, number: int) -> tuple[datetime, MonitorFound] | None:
    """One run with its metrics; None where it has none."""
    if not isinstance(run, dict):
        raise _wrong(_("A run is no object."), number)
    signals, end = [], None
    for entry in run.get("metrics") or ():
        try:
            moment = datetime.fromisoformat(str(entry["datetime"]))
            signals.append(_signal(entry))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _wrong(str(error) or type(error).__name__, number) from error
        end = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if end is None:
        return None
    target = str(run.get("service_name") or "")[:300]
    return end, MonitorFound(start=None, end=end, signals=tuple(signals), baseline="", target=target)


def _signal(entry: dict[str, Any]) -> SignalFound:
    whole = {str(one["name"]): one["value"] for one in entry.get("dataset_metrics") or ()}
    magnitude = whole.pop(MAGNITUDE, None)
    features = []
    for column in entry.get("column_metrics") or ():
        for name, lines in column.items():
            values = {str(one["name"]): one["value"] for one in lines}
            share = float(values.pop(CONTRIBUTION, 0.0) or 0.0)
            measured = tuple(_measured(key, value) for key, value in values.items())
            features.append(FeatureFound(feature=name, kind="numerical", measured=measured, contribution=share))
    return SignalFound(
        name=str(entry.get("signal") or "drift"),
        kind="multivariate_drift",
        state="fine",
        reason=_("Imported."),
        magnitude=None if magnitude is None else float(magnitude),
        features=tuple(sorted(features, key=lambda one: -one.contribution)),
        measured=tuple(_measured(key, value) for key, value in whole.items()),
    )


def _measured(name: str, value: Any) -> Measured:
    return Measured(metric=OURS.get(name, name), value=None if value is None else float(value))


def _wrong(why: str, number: int) -> Refusal:
    return Refusal(
        "stored_form_invalid",
        _("Run %(number)d cannot be read: %(why)s") % {"number": number, "why": why},
        hint=_("Each has metrics with datetime, dataset_metrics and column_metrics."),
        status=422,
        where=Where(row=number),
    )
