"""Runs trials side by side, tells how they go, and gives up early on those that are worse than most."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from mlops.blocks.call import Reporter
from mlops.blocks.cross_validating import mean_and_deviation
from mlops.blocks.measures import metric_words
from mlops.blocks.side_by_side import side_by_side, workers_for
from mlops.blocks.tuning.candidate import Candidate, Search
from mlops.blocks.tuning.judge import Judge
from mlops.formats.finding import Trial
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

AT_ONCE = 4
"""How many candidates a search is asked for: always the same, so that results do not hang on the number of cores."""

FEWEST_TO_COMPARE = 4


@dataclass(kw_only=True)
class Trials:
    """What was tried so far."""

    judge: Judge
    report: Reporter
    stop_hopeless: bool = False
    deadline: float | None = None
    """On the monotonic clock."""
    patience: int | None = None
    """End after so many trials without anything better."""
    done: list[Trial] = field(default_factory=list)
    candidates: dict[int, Candidate] = field(default_factory=dict)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    ended: str = ""
    """Why it ended before the search did."""
    _rounds: dict[int, list[float]] = field(default_factory=dict)
    """Of completed trials: the metric's mean over the first, the first two, … rounds."""

    def run(self, search: Search) -> None:
        began = time.monotonic()
        while not self.ended and (batch := search.ask(AT_ONCE)):
            self.candidates |= {candidate.number: candidate for candidate in batch}
            known = list(self._rounds.values())
            workers = min(workers_for(self.judge.table, each.learner.component) for each in batch)
            for trial in side_by_side(partial(self._tried, known=known), batch, workers=workers):
                self.done.append(trial)
                search.tell(trial)
                self._tell(trial, search, began)
            self.ended = self._why_to_end()

    @property
    def best(self) -> Trial | None:
        """The first of the best ones."""
        found: Trial | None = None
        for trial in self.done:
            value = trial.metrics.get(self.judge.metric)
            if trial.state == "completed" and value is not None:
                than = None if found is None else found.metrics[self.judge.metric]
                found = trial if self.judge.is_better(value, than) else found
        return found

    def _tried(self, candidate: Candidate, *, known: list[list[float]]) -> Trial:
        measured: list[dict[str, float]] = []
        state, reason = "completed", ""
        try:
            for number in range(self.judge.rounds):
                reason = self._why_to_stop(measured, known)
                if reason:
                    state = "stopped"
                    break
                measured.append(self.judge.measure(candidate, number))
        except Refusal as refusal:
            state, reason = "failed", refusal.message
            self.refusals[candidate.number] = refusal
        except Exception as error:  # whatever a library raises ends this trial and not the others
            state, reason = "failed", f"{type(error).__name__}: {error}"
        mean, spread = mean_and_deviation(measured)
        if state == "completed":
            self._rounds[candidate.number] = self._running_means(measured)
        return Trial(
            number=candidate.number,
            state=state,  # type: ignore[arg-type]
            values=candidate.values,
            metrics=mean,
            spread=spread if len(measured) > 1 else {},
            reason=reason,
        )

    def _why_to_stop(self, measured: list[dict[str, float]], known: list[list[float]]) -> str:
        if self.deadline is not None and time.monotonic() > self.deadline:
            return "The time was over."
        place = len(measured)
        if not self.stop_hopeless or not place or len(known) < FEWEST_TO_COMPARE:
            return ""
        middle = median(means[place - 1] for means in known)
        mine = self._running_means(measured)[-1]
        if not self.judge.is_better(middle, mine):
            return ""
        return f"Worse than half of the trials before after {place} of {self.judge.rounds} folds."

    def _running_means(self, measured: list[dict[str, float]]) -> list[float]:
        values = [metrics[self.judge.metric] for metrics in measured]
        return [sum(values[: place + 1]) / (place + 1) for place in range(len(values))]

    def _why_to_end(self) -> str:
        if self.deadline is not None and time.monotonic() > self.deadline:
            return f"The time was over after {len(self.done)} trials."
        best = self.best
        if self.patience and best is not None and self.done[-1].number - best.number >= self.patience:
            return f"Nothing was better in the last {self.done[-1].number - best.number} trials."
        return ""

    def _tell(self, trial: Trial, search: Search, began: float) -> None:
        report, metric = self.report, self.judge.metric
        tried = ", ".join(f"{name} {_shown(value)}" for name, value in trial.values.items()) + self._time_left()
        if trial.state != "completed":
            report.log(f"Trial {trial.number} {trial.state}: {trial.reason} ({tried})")
        else:
            best = self.best
            assert best is not None
            value = trial.metrics[metric]
            report.metric(f"trial_{metric}", value)
            words = (
                "the best so far" if best is trial else f"best so far {best.metrics[metric]:.5g}, trial {best.number}"
            )
            report.log(f"Trial {trial.number}: {metric_words(metric)} {value:.5g} ({words}). {tried}")
            if best is trial:
                report.metric(f"best_{metric}", value)
        report.progress(0.02 + 0.9 * self._share(search, began))

    def _time_left(self) -> str:
        if self.deadline is None:
            return ""
        minutes, seconds = divmod(max(int(self.deadline - time.monotonic()), 0), 60)
        return f"; {minutes}:{seconds:02d} min left"

    def _share(self, search: Search, began: float) -> float:
        shares = [len(self.done) / search.count] if search.count else []
        if self.deadline is not None:
            shares.append((time.monotonic() - began) / max(self.deadline - began, 1e-9))
        return min(max(shares, default=0.0), 1.0)


def require_one(trials: Trials) -> Trial:
    """The best trial. Raises the first trial's Refusal where every trial failed."""
    best = trials.best
    if best is not None:
        return best
    if trials.refusals:
        raise trials.refusals[min(trials.refusals)]
    message = _("None of the %(count)s trials could be completed.") % {"count": len(trials.done)}
    if trials.done:
        message += f" The first: {trials.done[0].reason}"
    hint = _("Give it more time, or check the data and the ranges of the learner.")
    raise Refusal("no_trial_completed", message, hint=hint, status=422)


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
