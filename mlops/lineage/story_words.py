"""How a model's story tells events: which stage each belongs to, and a short sentence."""

from __future__ import annotations

from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazily

from mlops.events.models import Event

Stage = Literal["data", "training", "deployment", "drift", "retraining", "comparison", "rollout", "effect"]
Tone = Literal["good", "bad", "plain"]
STAGES: dict[str, Stage] = {
    "mlops.model.registered": "training",
    "mlops.deployment.created": "deployment",
    "mlops.deployment.updated": "deployment",
    "mlops.deployment.failed": "deployment",
    "mlops.deployment.deleted": "deployment",
    "mlops.endpoint.traffic_changed": "deployment",
    "mlops.monitor.created": "drift",
    "mlops.monitor.drift_detected": "drift",
    "mlops.monitor.drift_cleared": "drift",
    "mlops.monitor.alarm_raised": "drift",
    "mlops.monitor.alarm_cleared": "drift",
    "mlops.retraining.triggered": "retraining",
    "mlops.retraining.failed": "retraining",
    "mlops.retraining.cancelled": "retraining",
    "mlops.retraining.compared": "comparison",
    "mlops.retraining.approval_wanted": "comparison",
    "mlops.retraining.approved": "comparison",
    "mlops.retraining.turned_down": "comparison",
    "mlops.retraining.overridden": "comparison",
    "mlops.retraining.promoted": "comparison",
    "mlops.retraining.rejected": "comparison",
    "mlops.rollout.started": "rollout",
    "mlops.rollout.advanced": "rollout",
    "mlops.rollout.paused": "rollout",
    "mlops.rollout.rolled_back": "rollout",
    "mlops.rollout.promoted": "rollout",
    "mlops.rollout.finished": "rollout",
    "mlops.rollout.stopped": "rollout",
}
TONES: dict[str, Tone] = {
    "mlops.deployment.failed": "bad",
    "mlops.monitor.drift_detected": "bad",
    "mlops.monitor.drift_cleared": "good",
    "mlops.monitor.alarm_raised": "bad",
    "mlops.monitor.alarm_cleared": "good",
    "mlops.retraining.failed": "bad",
    "mlops.retraining.promoted": "good",
    "mlops.rollout.rolled_back": "bad",
    "mlops.rollout.promoted": "good",
    "mlops.rollout.finished": "good",
}
SENTENCES: dict[str, Promise] = {
    "mlops.model.registered": lazily("%(what)s was registered"),
    "mlops.deployment.created": lazily("%(what)s was deployed"),
    "mlops.deployment.updated": lazily("%(what)s was changed"),
    "mlops.deployment.failed": lazily("%(what)s failed"),
    "mlops.deployment.deleted": lazily("%(what)s was deleted"),
    "mlops.endpoint.traffic_changed": lazily("Traffic of %(what)s was divided anew%(shares)s"),
    "mlops.monitor.created": lazily("“%(what)s” began to watch"),
    "mlops.monitor.drift_detected": lazily("“%(what)s” found drift%(features)s"),
    "mlops.monitor.drift_cleared": lazily("“%(what)s”: the drift is over"),
    "mlops.monitor.alarm_raised": lazily("“%(what)s” raised an alarm: %(signal)s%(features)s"),
    "mlops.monitor.alarm_cleared": lazily("“%(what)s”: the alarm is over: %(signal)s"),
    "mlops.retraining.triggered": lazily("Retraining began: %(policy)s #%(attempt)s, by %(trigger)s"),
    "mlops.retraining.failed": lazily("Retraining %(policy)s #%(attempt)s failed"),
    "mlops.retraining.cancelled": lazily("Retraining %(policy)s #%(attempt)s was cancelled"),
    "mlops.retraining.compared": lazily("%(challenger)s was compared with %(champion)s: %(outcome)s"),
    "mlops.retraining.approval_wanted": lazily("%(challenger)s waits for a person's approval"),
    "mlops.retraining.approved": lazily("%(challenger)s was approved"),
    "mlops.retraining.turned_down": lazily("%(challenger)s was turned down"),
    "mlops.retraining.overridden": lazily("A person decided about %(challenger)s otherwise than the comparison"),
    "mlops.retraining.promoted": lazily("%(challenger)s takes over from %(champion)s"),
    "mlops.retraining.rejected": lazily("%(challenger)s was rejected; %(champion)s stays"),
    "mlops.rollout.started": lazily("Rollout of %(candidate)s began%(shares)s"),
    "mlops.rollout.advanced": lazily("Rollout of %(candidate)s went on%(shares)s"),
    "mlops.rollout.paused": lazily("Rollout of %(candidate)s was paused"),
    "mlops.rollout.rolled_back": lazily("Rollout of %(candidate)s was rolled back%(shares)s"),
    "mlops.rollout.promoted": lazily("%(candidate)s got all traffic%(shares)s"),
    "mlops.rollout.finished": lazily("Rollout of %(candidate)s is finished%(shares)s"),
    "mlops.rollout.stopped": lazily("Rollout of %(candidate)s was stopped"),
}


def words_of(event: Event) -> str:
    data = event.data
    features = data.get("features") or []
    return str(SENTENCES[event.type]) % {
        "what": event.subject.partition("/")[2],
        "shares": _shares(data.get("after") or data.get("traffic")),
        "features": _(" in %(names)s") % {"names": ", ".join(features[:3])} if features else "",
        "signal": data.get("signal", ""),
        "policy": data.get("policy", ""),
        "attempt": data.get("attempt", ""),
        "trigger": data.get("trigger", ""),
        "challenger": data.get("challenger") or _("the new model"),
        "champion": data.get("champion") or _("nothing"),
        "outcome": str(data.get("outcome", "")).replace("_", " "),
        "candidate": data.get("candidate", ""),
    }


def _shares(after: object) -> str:
    if not isinstance(after, dict) or not after:
        return ""
    shares = sorted(after.items())  # as a database keeps them is no order
    return ": " + ", ".join(f"{name} {share:g} %" for name, share in shares if isinstance(share, int | float))
