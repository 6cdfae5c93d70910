"""What the process of a step says while it works becomes rows: lines of its log, metrics, how far it is."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from mlops.events.chain import notify
from mlops.execution.holding import Hold
from mlops.formats.step import ProgressLine
from mlops.runs.logging import LONGEST_KEY, Point, log_metrics
from mlops.runs.models import LogLine, Metric, Special, Step

MOST_LOG_LINES = 100_000


class Telling:
    """`news` waits to be recorded. A database that went away while it took some may have kept them: then it is asked
    before they are told again."""

    def __init__(self, step: Step, hold: Hold) -> None:
        self._step, self._hold = step, hold
        self._is_unsure = False
        self.news: list[ProgressLine] = []

    def record(self) -> bool:
        """Whether the step is still this worker's."""
        if self._is_unsure:
            self.news = _without_kept(self._step, self.news)
        self._is_unsure = True
        is_mine = record_news(self._step, self.news, hold=self._hold)
        self.news, self._is_unsure = [], False
        return is_mine


def record_news(step: Step, news: list[ProgressLine], *, hold: Hold | None = None) -> bool:
    """Log lines, metrics and progress become rows, and open pages are told. With a `hold`: whether the step is still
    this worker's, else nothing is kept, for what the process of a lost one says is another's to say."""
    shares = [line.share for line in news if line.share is not None]
    is_over = bool(shares) and shares[-1] >= 1.0  # its end is told in a moment, with all else
    if all(line.kind == "progress" for line in news) and (is_over or not shares):
        return hold is None or hold.is_mine()
    with transaction.atomic():
        if hold is not None and not hold.locked():
            return False
        last = LogLine.objects.filter(step=step).aggregate(last=Max("seq"))["last"] or 0
        lines = log_lines(step, news, last=last)
        LogLine.objects.bulk_create(lines)
        log_metrics(step.run, points_of(news), node=step.node)
        if shares and not is_over:
            Step.objects.filter(pk=step.pk).update(progress=shares[-1])
        notify("log" if lines else "step", f"{step.run_id}/{step.node}", project=step.run.project)
    return True


def log_lines(step: Step, news: list[ProgressLine], *, last: int) -> list[LogLine]:
    """`last`: the number of the last one that is kept."""
    lines = _kept([line for line in news if line.kind == "log"], last)
    return [
        LogLine(step=step, seq=last + number, at=_time(line), stream=line.stream, text=line.text)
        for number, line in enumerate(lines, start=1)
    ]


def _kept(lines: list[ProgressLine], before: int) -> list[ProgressLine]:
    """All lines up to the limit, then one that says so."""
    room = MOST_LOG_LINES - before
    if len(lines) <= room:
        return lines
    told = _("The log of a step is kept up to %(most)d lines; what follows is left out.") % {"most": MOST_LOG_LINES}
    return [*lines[:room], ProgressLine(kind="log", at=time.time(), text=told)] if room >= 0 else []


def _without_kept(step: Step, news: list[ProgressLine]) -> list[ProgressLine]:
    """By the times at which they were said, which count microseconds."""
    if not news:
        return []
    first = min(_time(line) for line in news)
    lines = set(LogLine.objects.filter(step=step, at__gte=first).values_list("at", "stream", "text"))
    points = Metric.objects.filter(run=step.run_id, node=step.node, at__gte=first)
    metrics = set(points.values_list("at", "key", "position"))

    def is_kept(line: ProgressLine) -> bool:
        if line.kind == "log":
            return (_time(line), line.stream, line.text) in lines
        return line.kind == "metric" and (_time(line), _name(line.key), line.position) in metrics

    return [line for line in news if not is_kept(line)]


def _time(line: ProgressLine) -> datetime:
    return datetime.fromtimestamp(line.at, UTC)


def points_of(news: list[ProgressLine]) -> list[Point]:
    """A step's own code chose the names: one that cannot be kept is cut, for its run is worth more."""
    return [Point(_name(line.key), _number(line), line.position, _time(line)) for line in news if line.kind == "metric"]


def _number(line: ProgressLine) -> float:
    if line.value is None:
        return float(line.text) if line.text in Special.values else math.nan
    return line.value


def _name(key: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in key)[:LONGEST_KEY] or _("(no name)")
