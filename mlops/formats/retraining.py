"""A retraining policy: when a model is trained anew, by which pipeline, when the new one may replace the old, and how.

A policy's settings are frozen into each attempt, so that a later change decides about later attempts alone."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.schedule import Cron, Recurrence

TriggerKind = Literal["hand", "push", "schedule", "drift", "quality", "performance", "new_data"]
Overlap = Literal["skip", "queue", "replace"]
"""While an attempt is under way a trigger is left out, waits for its end, or takes its place."""


class OnMonitor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A monitor's alarm starts an attempt. `signals`: only these by name; empty: all of the kind."""

    monitor: str
    kinds: tuple[Literal["drift", "quality", "performance"], ...] = ("drift", "performance")
    signals: tuple[str, ...] = ()
    least_magnitude: float = 0.0


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """By hand it may be started at any time; the limits below hold for all that is not asked for by hand."""

    schedule: Cron | Recurrence | None = None
    monitors: tuple[OnMonitor, ...] = ()
    dataset: str = ""
    """Each new version of this dataset starts an attempt; also what `least_new_rows` counts."""
    on_new_version: bool = False
    may_be_pushed: bool = True
    """A program such as CI may start it."""
    cool_down_seconds: float = 0.0
    """After an attempt ended."""
    least_new_rows: int = 0
    """Of `dataset`, or of the window of collected data, since the attempt before."""
    overlap: Overlap = "skip"
    most_attempts: int | None = None
    """Within `budget_days`."""
    budget_days: float = 7.0


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Collected data of the endpoint, saved as the next version of a dataset before the pipeline is called."""

    dataset: str
    seconds: float = 7 * 86400.0
    """Up to the trigger."""
    with_labels: bool = True
    """Only rows whose label has come."""


class What(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    pipeline: str
    """Name of a published pipeline."""
    version: int | None = None
    """None: its default at that time."""
    parameters: dict[str, Any] = {}
    """Texts may hold `${{newest.DATASET}}`, `${{window}}` (the dataset version that was saved) and `${{trigger.FIELD}}`
    (kind, reason, at, monitor, signal, start, end, dataset, or a field that was pushed)."""
    experiment: str = ""
    node: str = ""
    """The step whose model it is, where the pipeline trains several."""
    port: str = ""
    window: Window | None = None
    most_seconds: float | None = None
    """A run that takes longer is cancelled."""


class HeldOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The rows that both models are compared on. dataset: a version of `dataset` (`name` or `name:version`); run: the
    table at `node`.`port` of the new run, as its source rows; collected: labelled requests of the endpoint."""

    kind: Literal["dataset", "run", "collected"] = "run"
    dataset: str = ""
    node: str = ""
    port: str = ""
    seconds: float = 7 * 86400.0
    """Of collected data: up to the trigger."""
    label: str = ""
    """The column with the truth; empty: the one that the model was trained for."""
    least_rows: int = 100
    most_rows: int = 50_000
    """More are sampled evenly."""


class Criterion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`margin` in the metric's own unit. better: the new model must be better by more than the margin; not_worse: it
    may be worse by up to the margin."""

    metric: str
    must_be: Literal["better", "not_worse"] = "better"
    margin: float = 0.0
    direction: Literal["", "higher", "lower"] = ""
    """Which way is better; empty: as the metric has it."""
    needs_proof: bool = True
    """The whole interval must hold it; else the estimate is enough."""
    limit: float | None = None
    """The new model's own value must reach it, whatever the old one's is."""


class SliceRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """No part of the rows, told apart by `column`, may get worse by more than `tolerance`."""

    column: str
    metric: str = ""
    """Empty: that of the first criterion."""
    tolerance: float = 0.0
    least_rows: int = 30
    most_values: int = 20
    needs_proof: bool = False
    """Each slice must be shown to be within the tolerance; else none may be shown to be beyond it."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of the new model. Latency is the median of single rows, asked one after the other."""

    most_milliseconds: float | None = None
    most_latency_ratio: float | None = None
    """To the old model's."""
    most_bytes: int | None = None
    most_size_ratio: float | None = None
    needs_onnx: bool = False
    """Its ONNX form must give the same scores (conversion certificate)."""


class Compare(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    held_out: HeldOut = HeldOut()
    criteria: tuple[Criterion, ...] = ()
    """Empty: better by the usual metric of the task."""
    slices: tuple[SliceRule, ...] = ()
    limits: Limits = Limits()
    confidence: float = 0.95
    """Of each two-sided interval; over all slices together (Bonferroni)."""
    resamples: int = 1_000
    seed: int = 0
    on_tie: Literal["keep", "newer"] = "keep"
    on_unscorable: Literal["keep", "ask", "limits"] = "ask"
    """The old model cannot answer these rows: keep it, ask a person, or let the new model's limits decide."""


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    is_needed: bool = False
    by: Literal["owners", "contributors"] = "owners"
    expires_after_seconds: float = 7 * 86400.0
    """Then the old model is kept."""


class Then(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """rollout: register, deploy beside the old one, take the traffic over by `plan`; deploy: without traffic; tag:
    register and move the champion's tag; register: only that."""

    do: Literal["rollout", "deploy", "tag", "register"] = "register"
    tags: dict[str, str] = {}
    """Of the new version."""
    champion_tag: str = "stage=production"
    """Carried by the version in use: moved to the new one at the end."""
    alias: str = ""
    """Of the version in use, such as `champion`: moved to the new one at the end, or asked for where a rule of the
    registry wants approval."""
    stage: str = ""
    """As `alias`, such as `Production`; the version that was in it goes to the archive."""
    plan: dict[str, Any] = {}
    """formats.rollout.RolloutPlan."""
    deployment: str = ""
    """Name of the new deployment; `{version}` stands for the model's number. Empty: `v{version}`."""
    most_seconds: float = 1800.0
    """For the new deployment to become healthy."""


class RetrainingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    model: str
    """Name of the registered model; it need not be there yet."""
    what: What
    endpoint: str = ""
    """Whose model it is: the champion is what has the most traffic there. Empty: the version with the alias, the
    stage or the tag of `then`, else the newest."""
    when: When = When()
    compare: Compare = Compare()
    approval: Approval = Approval()
    then: Then = Then()


class Triggered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What started an attempt. `key` makes a second attempt by the same cause impossible."""

    kind: TriggerKind
    key: str
    reason: str
    by: str = ""
    event: str = ""
    """Id of the event, where one was the cause."""
    monitor: str = ""
    monitor_id: str = ""
    look: str = ""
    signal: str = ""
    dataset: str = ""
    """`name:number` of new data."""
    fields: dict[str, Any] = {}
    """What was pushed, or the event's data."""
