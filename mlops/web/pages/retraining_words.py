"""A retraining policy and its attempts as people read them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.formats.retraining import Criterion, RetrainingSettings
from mlops.retraining.models import Attempt, Stage
from mlops.web.pages.timetables import in_words

LOOKS = {
    Stage.TRIGGERED: "queued",
    Stage.AWAITING_APPROVAL: "paused",
    Stage.PROMOTED: "completed",
    Stage.REJECTED: "stopped",
    Stage.FAILED: "failed",
    Stage.CANCELLED: "cancelled",
    Stage.SKIPPED: "skipped",
    Stage.COMPARED: "finished",
}
"""Which state of the pages a stage looks like; others are under way."""
OUTCOMES = {
    "better": gettext_lazy("better"),
    "tie": gettext_lazy("a tie"),
    "worse": gettext_lazy("worse"),
    "undecided": gettext_lazy("could not be compared"),
}
TRIGGERS = {
    "hand": gettext_lazy("By hand"),
    "push": gettext_lazy("Pushed"),
    "schedule": gettext_lazy("Schedule"),
    "drift": gettext_lazy("Drift"),
    "quality": gettext_lazy("Data quality"),
    "performance": gettext_lazy("Performance"),
    "new_data": gettext_lazy("New data"),
}
ENDS = {
    "rollout": gettext_lazy("Register, deploy and take the traffic over step by step"),
    "deploy": gettext_lazy("Register and deploy without traffic"),
    "tag": gettext_lazy("Register and move the champion's tag"),
    "register": gettext_lazy("Register only"),
}


def look_of(attempt: Attempt) -> str:
    return LOOKS.get(Stage(attempt.stage), "running")


def when_words(settings: RetrainingSettings) -> list[str]:
    when = settings.when
    found = []
    if when.schedule is not None:
        found.append(in_words(when.schedule))
    for one in when.monitors:
        kinds = ", ".join(str(TRIGGERS[kind]).lower() for kind in one.kinds)
        found.append(_("%(kinds)s of the monitor “%(name)s”") % {"kinds": kinds, "name": one.monitor})
    if when.on_new_version:
        found.append(_("new versions of “%(name)s”") % {"name": when.dataset})
    if when.may_be_pushed:
        found.append(_("a push, such as from CI"))
    return [*found, _("by hand")]


def limit_words(settings: RetrainingSettings) -> Iterator[str]:
    when = settings.when
    if when.cool_down_seconds:
        yield _("not within %(hours)s hours after an attempt") % {"hours": f"{when.cool_down_seconds / 3600:.3g}"}
    if when.least_new_rows:
        yield _("only with %(rows)s new rows") % {"rows": f"{when.least_new_rows:,}"}
    if when.most_attempts is not None:
        told = {"most": when.most_attempts, "days": f"{when.budget_days:g}"}
        yield _("at most %(most)s times in %(days)s days") % told
    yield {
        "skip": _("one at a time: a second is left out"),
        "queue": _("one at a time: a second waits"),
        "replace": _("one at a time: a second takes the place"),
    }[when.overlap]


def criterion_words(one: Criterion) -> str:
    if one.must_be == "better":
        said = _("%(metric)s must be better") % {"metric": one.metric}
        said += " " + _("by more than %(margin)s") % {"margin": f"{one.margin:g}"} if one.margin else ""
    elif one.margin:
        said = _("%(metric)s may be worse by up to %(margin)s") % {"metric": one.metric, "margin": f"{one.margin:g}"}
    else:
        said = _("%(metric)s must not be worse") % {"metric": one.metric}
    said += f" ({_('shown by the whole interval')})" if one.needs_proof else f" ({_('by the estimate')})"
    if one.limit is not None:
        said += ", " + _("and reach %(limit)s") % {"limit": f"{one.limit:g}"}
    return said


def gate_words(settings: RetrainingSettings) -> Iterator[str]:
    """Each condition of a promotion."""
    compare, limits = settings.compare, settings.compare.limits
    if not compare.criteria:
        yield _("The usual metric of the task must be better (shown by the whole interval)")
    for one in compare.criteria:
        yield criterion_words(one)
    for rule in compare.slices:
        told = {"column": rule.column, "tolerance": f"{rule.tolerance:g}"}
        yield _("No part by “%(column)s” may get worse by more than %(tolerance)s") % told
    if limits.most_milliseconds is not None:
        yield _("One row takes at most %(most)s ms") % {"most": f"{limits.most_milliseconds:g}"}
    if limits.most_latency_ratio is not None:
        yield _("One row takes at most %(most)s times as long as with the old one") % {
            "most": f"{limits.most_latency_ratio:g}"
        }
    if limits.most_bytes is not None:
        yield _("Its files have at most %(most)s MB") % {"most": f"{limits.most_bytes / 1e6:.3g}"}
    if limits.most_size_ratio is not None:
        yield _("Its files are at most %(most)s times as large as the old one's") % {
            "most": f"{limits.most_size_ratio:g}"
        }
    if limits.needs_onnx:
        yield _("Its ONNX form gives the same scores")
    if settings.approval.is_needed:
        who = _("an owner") if settings.approval.by == "owners" else _("a contributor")
        yield _("%(who)s approves") % {"who": who[:1].upper() + who[1:]}


def held_out_words(settings: RetrainingSettings) -> str:
    held = settings.compare.held_out
    if held.kind == "dataset":
        return _("the rows of “%(name)s”") % {"name": held.dataset}
    if held.kind == "collected":
        return _("the labelled requests of the last %(days)s days") % {"days": f"{held.seconds / 86400:.3g}"}
    if held.node:
        return _("the rows at the step “%(step)s” of the new run") % {"step": held.node}
    return _("the rows that the new run holds out and scores")
