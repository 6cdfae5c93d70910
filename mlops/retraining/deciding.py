"""Whether an attempt waits, goes on or ends: from what was seen of it and the clock. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.formats.evidence import Verdict
from mlops.formats.retraining import RetrainingSettings
from mlops.formats.spoken import gettext as _

To = Literal[
    "", "preparing", "training", "comparing", "awaiting_approval", "deploying", "rolling_out", "promoted", "rejected",
    "failed", "cancelled", "compared",
]  # fmt: skip


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the look found, of what the stage concerns. States are those of runs, deployments and rollouts."""

    stage: str
    seconds: float
    """In this stage."""
    is_dry_run: bool = False
    is_first: bool = True
    """No earlier attempt of the policy is under way."""
    ahead: str = ""
    window: str = ""
    """State of the window of collected data that is saved for it; empty: not asked for yet."""
    window_reason: str = ""
    window_hint: str = ""
    run: str = ""
    """The run's state; empty: it is gone."""
    run_reason: str = ""
    run_seconds: float = 0.0
    approval: str = ""
    """What a person decided: approve, reject or nothing yet."""
    approver: str = ""
    approval_reason: str = ""
    is_registered: bool = False
    has_champion: bool = True
    """The endpoint serves something that a rollout starts from."""
    deployment: str = ""
    """The new deployment's state; empty: there is none yet."""
    deployment_reason: str = ""
    rollout: str = ""
    rollout_reason: str = ""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """`to` empty: it stays in its stage, and `reason` says what for. `act`: what is to be done besides."""

    to: To = ""
    reason: str = ""
    hint: str = ""
    act: Literal["", "save_window", "call", "cancel_run", "register", "deploy", "roll_out"] = ""


def decide(settings: RetrainingSettings, seen: Seen) -> Move:
    return {
        "triggered": _triggered,
        "preparing": _preparing,
        "training": _training,
        "awaiting_approval": _awaiting,
        "deploying": _deploying,
        "rolling_out": _rolling_out,
    }[seen.stage](settings, seen)


def after_comparison(settings: RetrainingSettings, verdict: Verdict, *, is_dry_run: bool) -> Move:
    if is_dry_run:
        told = {"promote": "It would take over", "ask": "A person would be asked", "keep": "The old one would be kept"}
        return Move(to="compared", reason=f"{told[verdict.act]}. {verdict.reason}", hint=verdict.hint)
    if verdict.act == "keep":
        return Move(to="rejected", reason=verdict.reason, hint=verdict.hint)
    approval = settings.approval
    if verdict.act == "ask" or approval.is_needed:
        who = "an owner" if approval.by == "owners" else "a contributor"
        hint = _("Waits for %(who)s of the project, at most %(span)s.") % {
            "who": who,
            "span": _span(approval.expires_after_seconds),
        }
        return Move(to="awaiting_approval", reason=verdict.reason, hint=hint)
    return Move(to="deploying", reason=verdict.reason)


def _triggered(settings: RetrainingSettings, seen: Seen) -> Move:
    if not seen.is_first:
        return Move(reason=_("Waits for the end of %(ahead)s: one attempt at a time.") % {"ahead": seen.ahead})
    return Move(to="comparing" if seen.is_dry_run else "preparing", reason="Begins.")


def _preparing(settings: RetrainingSettings, seen: Seen) -> Move:
    if settings.what.window is None or seen.window == "completed":
        return Move(to="training", act="call", reason=_("The pipeline is called."))
    if not seen.window:
        return Move(act="save_window", reason=_("Collected data is saved as a dataset version."))
    if seen.window == "failed":
        return Move(
            to="failed",
            reason=_("No data to train on: %(window_reason)s") % {"window_reason": seen.window_reason},
            hint=seen.window_hint,
        )
    return Move(reason=f"Collected data is being saved. {seen.window_reason}".strip())


def _training(settings: RetrainingSettings, seen: Seen) -> Move:
    most = settings.what.most_seconds
    if not seen.run:
        return Move(to="failed", reason=_("The run is gone."), hint=_("Start another attempt."))
    if seen.run == "completed":
        return Move(to="comparing", reason=_("The run has completed."))
    if seen.run in ("failed", "cancelled"):
        hint = _("The run's page shows the step and its log. Mend it, then retry; the model in use stays.")
        return Move(to="failed", reason=f"The run has {_ended(seen.run)}. {seen.run_reason}".strip(), hint=hint)
    if most is not None and seen.run_seconds > most:
        reason = _("The run took longer than %(span)s and is cancelled.") % {"span": _span(most)}
        return Move(to="failed", reason=reason, hint=_("Raise what.most_seconds, then retry."), act="cancel_run")
    return Move(reason=f"The run is {seen.run}. {seen.run_reason}".strip())


def _awaiting(settings: RetrainingSettings, seen: Seen) -> Move:
    said = f" {seen.approval_reason}" if seen.approval_reason else ""
    if seen.approval == "approve":
        return Move(
            to="deploying", reason=_("Approved by %(approver)s.%(said)s") % {"approver": seen.approver, "said": said}
        )
    if seen.approval == "reject":
        return Move(
            to="rejected", reason=_("Turned down by %(approver)s.%(said)s") % {"approver": seen.approver, "said": said}
        )
    most = settings.approval.expires_after_seconds
    if seen.seconds > most:
        return Move(
            to="rejected",
            reason=_("Nobody approved it within %(span)s; the old model is kept.") % {"span": _span(most)},
        )
    return Move()


def _deploying(settings: RetrainingSettings, seen: Seen) -> Move:
    then = settings.then
    if not seen.is_registered:
        return Move(act="register", reason=_("Registers the new version."))
    if then.do in ("tag", "register"):
        told = "It is registered and carries the champion's tag." if then.do == "tag" else "It is registered."
        return Move(to="promoted", reason=told)
    if not seen.deployment:
        return Move(act="deploy", reason=_("Deploys it beside the present version."))
    if seen.deployment == "failed":
        hint = _("Its page and log say why; mend it, then retry.")
        return Move(
            to="failed",
            reason=_("The new deployment failed: %(deployment_reason)s")
            % {"deployment_reason": seen.deployment_reason},
            hint=hint,
        )
    if seen.deployment != "healthy":
        if seen.seconds > then.most_seconds:
            reason = _("The new deployment was not healthy within %(span)s. %(deployment_reason)s") % {
                "span": _span(then.most_seconds),
                "deployment_reason": seen.deployment_reason,
            }
            return Move(to="failed", reason=reason, hint=_("Its log says what it waits for; then retry."))
        return Move(reason=f"Waits until the new deployment is healthy. {seen.deployment_reason}".strip())
    if then.do == "deploy":
        return Move(to="promoted", reason=_("It is deployed and healthy; its traffic is set by a person."))
    if not seen.has_champion:
        return Move(to="promoted", reason=_("It is the endpoint's first deployment and has all the traffic."))
    return Move(to="rolling_out", act="roll_out", reason=_("The rollout begins."))


def _rolling_out(settings: RetrainingSettings, seen: Seen) -> Move:
    if not seen.rollout:
        return Move(to="failed", reason=_("The rollout is gone."), hint=_("Retry to begin another."))
    if seen.rollout == "finished":
        return Move(to="promoted", reason=f"It has all the traffic. {seen.rollout_reason}".strip())
    if seen.rollout == "rolled_back":
        hint = _("The old model has its traffic again. The rollout's page shows the gates.")
        return Move(
            to="rejected",
            reason=_("Rolled back: %(rollout_reason)s") % {"rollout_reason": seen.rollout_reason},
            hint=hint,
        )
    if seen.rollout == "stopped":
        return Move(
            to="cancelled",
            reason=_("The rollout was stopped: %(rollout_reason)s") % {"rollout_reason": seen.rollout_reason},
        )
    return Move(reason=seen.rollout_reason)


def _ended(state: str) -> str:
    return "failed" if state == "failed" else "been cancelled"


def _span(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} seconds"
