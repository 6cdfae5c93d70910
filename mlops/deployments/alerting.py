"""What a rule of alerts may do here: have a deployment serve the model version that an event is about."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.access.models import Project
from mlops.alerts import actions as alerts
from mlops.alerts.models import Alert
from mlops.deployments.actions import update_deployment
from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.models import ModelVersion

KIND = "deploy"


def register() -> None:
    field = alerts.Field(
        name="deployment",
        label=gettext_lazy("Deployment"),
        help=gettext_lazy("It takes the model version that was registered or tagged, as a new revision."),
        choices=_choices,
    )
    alerts.register(KIND, title=gettext_lazy("deploy the model version"), fields=(field,), run=_run, check=_check)


def _run(actor: Any, alert: Alert, options: dict[str, Any]) -> str:
    """A version that is served already needs nothing: so it may run twice."""
    deployment = _deployment(alert.project, options)
    version = _version(alert)
    told = {"version": str(version), "deployment": str(deployment)}
    if deployment.version_id == version.pk:
        return _("%(deployment)s serves %(version)s already.") % told
    reason = _("The rule “%s” asked for it.") % alert.rule_name
    made = update_deployment(actor, deployment, version=version, reason=reason)
    return _("%(deployment)s takes %(version)s as revision %(number)d.") % {**told, "number": made.revision}


def _check(project: Project, options: dict[str, Any]) -> None:
    _deployment(project, options)


def _version(alert: Alert) -> ModelVersion:
    """Of the subject `models/NAME:NUMBER`."""
    name, _colon, number = alert.subject.removeprefix("models/").rpartition(":")
    found = None
    if number.isdecimal():
        found = ModelVersion.objects.filter(model__project=alert.project, model__name=name, number=int(number)).first()
    if found is None:
        message = _("The event is about “%s”, which is no model version.") % alert.subject
        hint = _("Have the rule look at mlops.model.registered or mlops.model.tagged.")
        raise Refusal("version_unknown", message, hint=hint, status=404)
    return found


def _choices(project: Project) -> list[tuple[str, str]]:
    found = Deployment.objects.filter(endpoint__project=project).select_related("endpoint")
    return [(str(one), str(one)) for one in found.order_by("endpoint__name", "name")]


def _deployment(project: Project, options: dict[str, Any]) -> Deployment:
    asked = str(options.get("deployment", ""))
    endpoint, _slash, name = asked.partition("/")
    among = {"endpoint__project": project, "endpoint__name": endpoint, "name": name}
    found = Deployment.objects.filter(**among).select_related("endpoint__project", "version").first()
    if found is not None:
        return found
    known = [one for one, _label in _choices(project)]
    raise Refusal(
        "deployment_unknown",
        _("There is no deployment “%s” in this project.") % asked,
        hint=nearest(asked, known) or _("There are: %s.") % (", ".join(known) or _("none")),
        where=Where(parameter="action.deployment", value=asked),
    )
