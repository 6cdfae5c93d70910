"""What a rule of alerts may do here: start a retraining policy."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.alerts import actions as alerts
from mlops.alerts import subjects
from mlops.alerts.models import Alert
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.retraining import Triggered, TriggerKind
from mlops.retraining.beginning import begin
from mlops.retraining.models import Attempt, Policy

KIND = "retrain"


def register() -> None:
    field = alerts.Field(name="policy", label=gettext_lazy("Retraining policy"), choices=_choices)
    subjects.register("retraining", _about)
    alerts.register(KIND, title=gettext_lazy("start a retraining policy"), fields=(field,), run=_run, check=_check)


def _about(project: Project | None, rest: str) -> subjects.About | None:
    """`POLICY/attempts/NUMBER`: by the policy's name; the author is whoever started the attempt by hand."""
    pk, _slash, more = rest.partition("/")
    number = more.removeprefix("attempts/")
    try:
        policy = Policy.objects.filter(project=project, pk=UUID(pk)).first()
    except ValueError:
        return None
    if policy is None:
        return None
    if not number.isdecimal():
        return subjects.About(title=policy.name)
    title = _("%(policy)s, attempt %(number)s") % {"policy": policy.name, "number": number}
    attempt = Attempt.objects.filter(policy=policy, number=int(number)).select_related("created_by").first()
    return subjects.About(title=title, author=attempt.created_by if attempt else None)


def _run(actor: Any, alert: Alert, options: dict[str, Any]) -> str:
    """One attempt per time that the alert fires; the policy's limits hold for it."""
    policy = _policy(alert.project, options)
    require(actor, "retraining.run", policy.project)
    since = alert.fired_at or alert.began_at
    trigger = Triggered(
        kind=_kind(alert),
        key=f"alert:{alert.pk}:{since.isoformat()}",
        reason=_("The alert “%(title)s” of the rule “%(rule)s” fires.")
        % {"title": alert.title, "rule": alert.rule_name},
        event=str(alert.event_id or ""),
        monitor=str(alert.data.get("monitor", "")),
        monitor_id=str(alert.data.get("monitor_id", "")),
        signal=str(alert.data.get("signal", "")),
        fields={name: value for name, value in alert.data.items() if isinstance(value, str | int | float | list)},
    )
    attempt = begin(policy, trigger, actor=actor)
    told = {"number": attempt.number, "policy": policy.name}
    if attempt.stage == "skipped":
        return _("Attempt %(number)d of “%(policy)s” was skipped.") % told + f" {attempt.reason}"
    return _("Attempt %(number)d of “%(policy)s” was started.") % told


def _kind(alert: Alert) -> TriggerKind:
    if "drift" in alert.event_type:
        return "drift"
    return "quality" if alert.data.get("kind") == "data_quality" else "performance"


def _check(project: Project, options: dict[str, Any]) -> None:
    _policy(project, options)


def _choices(project: Project) -> list[tuple[str, str]]:
    return [(name, name) for name in Policy.objects.filter(project=project).values_list("name", flat=True)]


def _policy(project: Project, options: dict[str, Any]) -> Policy:
    name = str(options.get("policy", ""))
    found = Policy.objects.filter(project=project, name=name).select_related("project").first()
    if found is not None:
        return found
    known = [one for one, _label in _choices(project)]
    raise Refusal(
        "policy_unknown",
        _("There is no retraining policy “%(name)s” in this project.") % {"name": name},
        hint=nearest(name, known) or _("There are: %(names)s.") % {"names": ", ".join(known) or _("none")},
        where=Where(parameter="policy", value=name),
    )
