"""The deployment that a YAML file of the repository describes gets the model version (by a tag: the one that the file
names), and traffic when it is healthy.

A deployment of that name is given a new revision; the one before serves until it is ready. Else one is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.client.deployment_file import DeploymentFile, read_deployment
from mlops.deployments.actions import create_deployment, update_deployment, update_traffic
from mlops.deployments.code import keep_code
from mlops.deployments.models import CodeFolder, Deployment, DeploymentState, Endpoint
from mlops.deployments.traffic import with_share
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.refusal import Refusal, nearest
from mlops.repositories.models import CallState, ReleaseCall
from mlops.repositories.releasing.kind import Standing, actor_of, files_of, version_of
from mlops.repositories.releasing.naming import version_named

LONGEST = timedelta(minutes=30)


class Deploying:
    def begin(self, call: ReleaseCall) -> Standing:
        actor, release = actor_of(call), call.release
        project = release.repository.project
        with files_of(call) as (folder, found):
            given = read_deployment(str(folder / release.path), below=folder)
            version = version_named(actor, project, given.fields.get("model")) if call.git_tag else version_of(call)
            endpoint = _endpoint(project, str(given.fields.get("endpoint_name") or ""))
            with transaction.atomic():
                made = _made(actor, endpoint, given, version, code=_code(actor, project, given), why=_why(call))
                call.deployment, call.commit, call.warnings = made, found.commit, list(given.warnings)[:50]
                call.model, call.version, call.begun_at = version.model.name, version.number, timezone.now()
                call.save(update_fields=["deployment", "commit", "warnings", "model", "version", "begun_at"])
        return Standing(state=CallState.RUNNING)

    def look(self, call: ReleaseCall) -> Standing:
        made = call.deployment
        if made is None:
            return Standing(state=CallState.FAILED, reason=_("The deployment was deleted."))
        if made.state in (DeploymentState.FAILED, DeploymentState.UNHEALTHY):
            return Standing(state=CallState.FAILED, reason=made.reason, hint=made.hint)
        if made.version != version_of(call):
            reason = _("Another version was deployed meanwhile: %s.") % made.version
            return Standing(state=CallState.FAILED, reason=reason)
        if made.state != DeploymentState.HEALTHY:
            if call.begun_at and timezone.now() - call.begun_at > LONGEST:
                reason = _("It was not healthy within %d minutes.") % (LONGEST.total_seconds() / 60)
                return Standing(state=CallState.FAILED, reason=reason, hint=_("See its log, then try again."))
            return Standing(state=CallState.RUNNING, reason=made.reason)
        return Standing(state=CallState.DONE, reason=_traffic(call, made))


def _endpoint(project: Project, name: str) -> Endpoint:
    found = Endpoint.objects.select_related("project").filter(project=project, name=name).first()
    if found is None:
        known = Endpoint.objects.filter(project=project).values_list("name", flat=True)
        hint = nearest(name, known) or _("Create it first: mlops online-endpoint create -f FILE.")
        raise Refusal("endpoint_unknown", _("There is no endpoint “%s” in this project.") % name, hint=hint)
    return found


def _made(
    actor: Any, endpoint: Endpoint, given: DeploymentFile, version: Any, *, code: CodeFolder | None, why: str
) -> Deployment:
    fields, settings = given.fields, dict(given.settings)
    name, entry = str(fields.get("name") or ""), str(fields.get("entry") or "") or None
    known = Deployment.objects.select_related("endpoint__project", "version__model__project")
    present = known.filter(endpoint=endpoint, name=name).first()
    if present is None:
        return create_deployment(actor, endpoint, name=name, version=version, entry=entry, code=code, **settings)
    settings.pop("target", None)
    return update_deployment(actor, present, version=version, entry=entry, code=code, reason=why, **settings)


def _code(actor: Any, project: Project, given: DeploymentFile) -> CodeFolder | None:
    if given.code is None:
        return None
    streams = [(path.relative_to(given.code).as_posix(), path.open("rb")) for path in kept_files(given.code)]
    try:
        return keep_code(actor, project, streams, script=given.script)
    finally:
        for _name, stream in streams:
            stream.close()


def _traffic(call: ReleaseCall, made: Deployment) -> str:
    """Raises Refusal where the traffic cannot be moved now."""
    percent = call.release.traffic
    endpoint = Endpoint.objects.select_related("project").get(pk=made.endpoint_id)
    if percent is not None and endpoint.traffic.get(made.name, 0) != percent:
        shares = with_share(endpoint.traffic, made.name, percent)
        endpoint = update_traffic(actor_of(call), endpoint, shares=shares, reason=_why(call))
    share = endpoint.traffic.get(made.name, 0)
    told = {"deployment": made.name, "endpoint": endpoint.name, "share": f"{share:g}"}
    return _("“%(deployment)s” of “%(endpoint)s” serves it with %(share)s %% of the traffic.") % told


def _why(call: ReleaseCall) -> str:
    return f"Release {call.release.name}: {call}"
