"""What a run's code tells of it while it runs or afterwards: metrics, parameters, tags, files, data.

These write in the caller's transaction or in one of their own; they ask for no permission and record no event, for a
run may tell thousands of things. Whoever calls them has asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Blob
from mlops.events.chain import notify
from mlops.formats.refusal import Refusal, Where
from mlops.runs.latest import find_latest_anew, keep_latest
from mlops.runs.many import MetricRow, insert
from mlops.runs.models import Artifact, DatasetUse, Metric, Run, RunParameter, Special
from mlops.runs.one_statement import insert_while
from mlops.runs.waking import wake
from mlops.tags.filters import remove_tag, write_tags

LONGEST_KEY = 250
LONGEST_PARAMETER = 6_000
LONGEST_PATH = 500
GREATEST_POSITION = 2**63 - 1
NO_PATH_PARTS = ("", ".", "..")
CONTROL = re.compile(r"[\x00-\x1f]")


class Point(msgspec.Struct, frozen=True):
    """One value of a metric. `position`: the step of a series, 0 for a single value. NaN and infinities are kept."""

    key: str
    value: float
    position: int = 0
    at: datetime = msgspec.field(default_factory=timezone.now)


def log_metrics(run: Run, points: Iterable[Point], *, node: str = "") -> None:
    """Keeps every point, and the last of each key beside them; thousands in one go.

    `node`: the step that told them, so that they go when it begins anew. Raises Refusal `metric_invalid`, before
    anything is kept."""
    log_metrics_of_many({run: points}, node=node)


def log_metrics_of_many(told: Mapping[Run, Iterable[Point]], *, node: str = "") -> None:
    """As `log_metrics` of each run, all of them or none."""
    by_run = {run: _rows(run, node, list(points)) for run, points in told.items()}
    rows = list(chain.from_iterable(by_run.values()))
    if not rows:
        return
    with transaction.atomic():
        insert(rows)
        keep_latest(rows)
        for run, own in by_run.items():
            if own:
                notify("metrics", str(run.pk), project=run.project)
                _wake_sweep(run)


def log_metrics_while(told: Mapping[Run, Iterable[Point]], *, newest_event: int) -> bool:
    """As `log_metrics_of_many`, in one statement of PostgreSQL. Whether they are kept: none of them is where a newer
    event has been recorded, so that a caller may rely on rights that it asked before."""
    by_run = {run: _rows(run, "", list(points)) for run, points in told.items()}
    rows = list(chain.from_iterable(by_run.values()))
    runs = [run for run, own in by_run.items() if own]
    is_kept = not rows or insert_while(rows, runs, newest_event=newest_event)
    for run in runs if is_kept else ():
        _wake_sweep(run)
    return is_kept


def _wake_sweep(run: Run) -> None:
    """It may stop its trial early."""
    if run.parent_id is not None:
        wake(run.parent_id)


def forget_metrics(run: Run, *, node: str) -> None:
    """As if the step had never begun."""
    told = Metric.objects.filter(run=run, node=node)
    with transaction.atomic():
        keys = set(told.order_by().values_list("key", flat=True).distinct())
        if keys:
            told.delete()
            find_latest_anew(run.pk, keys)


def copy_metrics(source: Run, run: Run, *, source_node: str, node: str) -> None:
    """Those of a step whose result is taken."""
    known = Metric.objects.filter(run=source, node=source_node).order_by("pk")
    copies = [
        Metric(run=run, node=node, key=m.key, value=m.value, special=m.special, position=m.position, at=m.at)
        for m in known
    ]
    with transaction.atomic():
        Metric.objects.bulk_create(copies, batch_size=1_000)
        keep_latest(copies)


def number(row: Any) -> float:
    """The value of a Metric or LatestMetric as it was told, NaN and infinities among them."""
    return float(row.value) if row.value is not None else float(row.special or "nan")


def log_parameters(run: Run, parameters: Mapping[str, Any]) -> None:
    """A parameter is written once: the same value again is no fault, another is.

    Raises Refusal `parameter_invalid` or `parameter_written`; then none of them is kept."""
    given = {_key(key, "parameter_invalid"): _text(key, value) for key, value in parameters.items()}
    with transaction.atomic():
        RunParameter.objects.bulk_create(
            [RunParameter(run=run, key=key, value=value) for key, value in given.items()], ignore_conflicts=True
        )
        kept = dict(RunParameter.objects.filter(run=run, key__in=list(given)).values_list("key", "value"))
        for key, value in given.items():
            if kept[key] != value:
                raise Refusal(
                    "parameter_written",
                    _("The parameter “%(key)s” of this run is “%(old)s” and cannot become “%(new)s”.")
                    % {"key": key, "old": kept[key], "new": value},
                    hint=_("Parameters are written once. Log what changes as a metric or a tag, or begin a new run."),
                    where=Where(parameter=key, value=value),
                )
        notify("run", str(run.pk), project=run.project)


def set_run_tags(run: Run, tags: Mapping[str, str]) -> None:
    with transaction.atomic():
        write_tags(run, dict(tags))
        notify("run", str(run.pk), project=run.project)


def delete_run_tag(run: Run, key: str) -> None:
    with transaction.atomic():
        remove_tag(run, key)
        notify("run", str(run.pk), project=run.project)


def log_artifact(run: Run, path: str, blob: Blob) -> Artifact:
    """A file of the run under that path; one that was there is replaced. Raises Refusal `artifact_path_invalid`."""
    place = artifact_path(path)
    with transaction.atomic():
        artifact, _created = Artifact.objects.update_or_create(
            run=run, path=place, defaults={"blob": blob, "size_bytes": blob.size_bytes, "at": timezone.now()}
        )
        notify("artifacts", str(run.pk), project=run.project)
    return artifact


def artifact_path(given: str) -> str:
    """The path as it is kept: relative, with `/` between its parts. Raises Refusal `artifact_path_invalid`."""
    parts = given.removeprefix("./").rstrip("/").split("/")
    bad = any(part in NO_PATH_PARTS for part in parts) or "\\" in given or any(ord(sign) < 32 for sign in given)
    if bad or len(given) > LONGEST_PATH:
        raise Refusal(
            "artifact_path_invalid",
            _("“%(path)s” is no path of a run's file.") % {"path": given[:200]},
            hint=_(
                "Write a relative path of at most %(most)d characters with “/” between names, such as plots/roc.png."
            )
            % {"most": LONGEST_PATH},
            where=Where(parameter="path", value=given[:200]),
        )
    return "/".join(parts)


def log_dataset_use(run: Run, name: str, digest: str, *, context: str = "", **told: Any) -> DatasetUse:
    """Data that the run's code used. `told`: source_type, source, schema, profile, tags, as far as they are known."""
    with transaction.atomic():
        use, _created = DatasetUse.objects.update_or_create(
            run=run, name=name, digest=digest, context=context, defaults={"at": timezone.now(), **told}
        )
        notify("run", str(run.pk), project=run.project)
    return use


def _rows(run: Run, node: str, points: list[Point]) -> list[MetricRow]:
    run_id = run.pk
    for key in {point.key for point in points}:
        _key(key, "metric_invalid")
    for point in points:
        if abs(point.position) > GREATEST_POSITION:
            raise Refusal(
                "metric_invalid",
                _("The position %(position)d of the metric “%(key)s” is too great.")
                % {"position": point.position, "key": point.key},
                hint=_("Positions are whole numbers of 64 bits."),
                where=Where(parameter=point.key),
            )
    return [
        MetricRow(run_id, node, one.key, one.value, "", one.position, one.at)
        if math.isfinite(one.value)
        else MetricRow(run_id, node, one.key, None, special_of(one.value), one.position, one.at)
        for one in points
    ]


def special_of(value: float) -> str:
    """Which number it is that no database compares alike; empty for a finite one."""
    if math.isfinite(value):
        return ""
    if math.isnan(value):
        return Special.NAN
    return Special.INFINITE if value > 0 else Special.MINUS_INFINITE


def _key(given: str, code: str) -> str:
    if not given or len(given) > LONGEST_KEY or CONTROL.search(given):
        raise Refusal(
            code,
            _("“%(key)s” cannot be the name of a metric or parameter.") % {"key": given[:80]},
            hint=_("Names have 1 to %(most)d characters, all of them printable.") % {"most": LONGEST_KEY},
            where=Where(parameter=given[:80]),
        )
    return given


def _text(key: str, value: Any) -> str:
    text = str(value).replace("\0", "\ufffd")
    if len(text) > LONGEST_PARAMETER:
        raise Refusal(
            "parameter_invalid",
            _("The value of the parameter “%(key)s” has %(count)d characters.") % {"key": key, "count": len(text)},
            hint=_("It may have %(most)d. Log long texts as a file.") % {"most": LONGEST_PARAMETER},
            where=Where(parameter=key),
        )
    return text
