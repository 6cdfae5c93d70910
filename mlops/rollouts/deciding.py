"""Whether a rollout waits, goes on, goes back or is done: from its plan, what was counted, and the clock. Pure."""

from __future__ import annotations

from mlops.formats.rollout import RolloutPlan, RolloutStep
from mlops.formats.spoken import gettext as _
from mlops.rollouts.gates import look
from mlops.rollouts.seeing import Arm, Clock, Decision, GateState


def decide(plan: RolloutPlan, step: int, *, candidate: Arm, control: Arm, clock: Clock) -> Decision:
    """For the step that is under way.

    Each step is compared for itself: within it the shares are constant, so that both arms see the same hours. The
    chance of a false alarm is divided among all steps and gates (Bonferroni)."""
    alpha = plan.alpha / max(len(plan.gates) * len(plan.steps), 1)
    gates = tuple(look(gate, candidate, control, alpha=alpha) for gate in plan.gates)
    present = plan.steps[step]
    if clock.candidate_unwell_seconds > plan.unhealthy_seconds:
        reason = _("The candidate has been unhealthy for %(candidate_unwell_seconds)s seconds.") % {
            "candidate_unwell_seconds": f"{clock.candidate_unwell_seconds:.0f}"
        }
        return Decision(act="roll_back", reason=reason, hint=_("Look at its log."), gates=gates)
    bad = next((gate for gate in gates if gate.state == "bad"), None)
    if bad is not None and not clock.control_is_well:
        reason = _("%(words)s But the control is not healthy, so the traffic stays where it is.") % {"words": bad.words}
        return Decision(act="hold", reason=reason, hint=_("Mend the control, or set the traffic by hand."), gates=gates)
    if bad is not None:
        return Decision(act="roll_back", reason=bad.words, hint=HINTS[bad.kind], gates=gates)
    missing = _missing(present, gates, candidate, clock)
    if missing and present.most_seconds is not None and clock.step_seconds > present.most_seconds:
        reason = _("The step was not through within %(span)s. %(missing)s") % {
            "span": _span(present.most_seconds),
            "missing": missing,
        }
        return Decision(act="roll_back", reason=reason, hint=_("Give it more time or traffic."), gates=gates)
    if missing:
        return Decision(act="hold", reason=missing, gates=gates)
    if step + 1 == len(plan.steps):
        return Decision(
            act="finish", reason=_("All %(count)s steps are through.") % {"count": len(plan.steps)}, gates=gates
        )
    following = plan.steps[step + 1]
    reason = _("%(requests)s requests in %(span)s, and no gate was shown to be passed.") % {
        "requests": f"{candidate.requests:,}",
        "span": _span(clock.step_seconds),
    }
    if gates and all(gate.state == "good" for gate in gates):
        reason = _("All gates are shown to hold after %(requests)s requests.") % {"requests": f"{candidate.requests:,}"}
    return Decision(act="advance", reason=f"{reason} Next: {told(following)}.", gates=gates)


def decide_start(state: str, reason: str, *, first: RolloutStep) -> Decision:
    """Before the first step: the candidate must be ready."""
    if state == "healthy":
        return Decision(act="advance", reason=_("The candidate is healthy. Next: %(told)s.") % {"told": told(first)})
    if state == "failed":
        return Decision(
            act="roll_back",
            reason=_("The candidate did not start: %(reason)s") % {"reason": reason},
            hint=_("Look at its log."),
        )
    return Decision(act="hold", reason=f"Waits until the candidate is healthy. {reason}".strip())


def told(step: RolloutStep) -> str:
    parts = [f"{step.percent:g} % of the traffic"] if step.percent or not step.mirror else []
    if step.mirror:
        parts.append(f"{step.mirror:g} % mirrored")
    return " and ".join(parts)


HINTS = {
    "errors": "Its log and the failed requests say what went wrong; the earlier traffic is set again.",
    "latency": "Profile the model, give it more processors or instances, or raise the ratio that is allowed.",
    "metric": "Compare the answers of both versions on the reported requests.",
}


def _missing(step: RolloutStep, gates: tuple[GateState, ...], candidate: Arm, clock: Clock) -> str:
    """What the step still waits for; empty when it may end."""
    parts = []
    if not clock.control_is_well:
        parts.append("the control is not healthy, so that nothing can be compared")
    if clock.step_seconds < step.least_seconds:
        parts.append(f"{_span(step.least_seconds - clock.step_seconds)} of {_span(step.least_seconds)} are left")
    if candidate.requests < step.least_requests:
        parts.append(f"{candidate.requests:,} of {step.least_requests:,} requests have come")
    parts += [f"{gate.kind} is not yet shown to be within its limit" for gate in gates if _is_unproven(gate)]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _is_unproven(gate: GateState) -> bool:
    return gate.needs_proof and gate.state != "good"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
