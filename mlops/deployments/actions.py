"""Endpoints and deployments: made, changed and deleted. What this means on machines happens after commit."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.granted import require_with
from mlops.access.models import Project
from mlops.blobs.models import Blob
from mlops.blobs.trees import keep_stream
from mlops.deployments import entries, guards
from mlops.deployments.collecting import check_collection
from mlops.deployments.fitting import check_fits
from mlops.deployments.keys import TOLD_SECONDS, Keys, Which, keys_of
from mlops.deployments.models import CodeFolder, Deployment, DeploymentRevision, DeploymentState, Endpoint
from mlops.deployments.names import checked_name
from mlops.deployments.routing import route_at_once
from mlops.deployments.scaling import change_in_place, is_in_place
from mlops.deployments.scripts import checked_script
from mlops.deployments.settings import checked_settings, instances_of
from mlops.deployments.several import check_several
from mlops.deployments.shifting import shift
from mlops.deployments.targets import has_address, target
from mlops.deployments.traffic import checked_mirrors, checked_shares, with_share
from mlops.environments.references import with_registered
from mlops.events.chain import record
from mlops.events.facts import Change, gone
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging.models import Conversion
from mlops.quotas.holding import require_room
from mlops.registry.models import ModelVersion
from mlops.registry.scanned import require_deployable
from mlops.work.calls import later

MOST_GRACE_SECONDS = 30 * 24 * 3600.0


def create_endpoint(actor: Any, project: Project, *, name: str, description: str = "") -> Endpoint:
    require(actor, "endpoints.create", project)
    name = checked_name(name, what="endpoint")
    with transaction.atomic():
        if Endpoint.objects.filter(project=project, name=name).exists():
            raise Refusal(
                "name_taken",
                _("There is already an endpoint “%(name)s” in this project.") % {"name": name},
                hint=_("Add a deployment to it, or choose another name."),
                status=409,
                where=Where(parameter="name"),
            )
        require_room(project, "endpoints", by=actor)
        endpoint = Endpoint.objects.create(
            project=project, name=name, description=description.strip(), created_by=actor
        )
        _record(actor, endpoint, "mlops.endpoint.created")
        later("deployments.route")
    return endpoint


def create_deployment(
    actor: Any,
    endpoint: Endpoint,
    *,
    name: str,
    version: ModelVersion,
    entry: str | None = None,
    script: str | None = None,
    code: CodeFolder | None = None,
    traffic: float | None = None,
    **settings: Any,
) -> Deployment:
    """The endpoint's first deployment gets all the traffic as soon as it is ready; others none unless it is said.

    Without an entry the best possible one serves: ONNX, or the original model where it has no ONNX form. `settings`
    are fields of DeploymentSettings."""
    require(actor, "models.deploy", endpoint.project)
    name = checked_name(name, what="deployment")
    wanted = checked_settings(with_registered(endpoint.project, settings))
    target(wanted.target).check(wanted)
    is_free, entry = (
        not entry,
        entry or entries.best(version, has_script=bool(script or code), project=endpoint.project),
    )
    entries.check(endpoint, version, entry)
    require_deployable(actor, version)
    check_collection(version, wanted)
    check_fits(version, entry, wanted)
    check_several(endpoint, version, entry, wanted)
    files = Files.given(endpoint, script, code) if entry == "script" else Files()
    conversion = entries.conversion_of(actor, version, entry, is_free=is_free, form=wanted.onnx_form)
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=endpoint.pk)
        )
        if Deployment.objects.filter(endpoint=endpoint, name=name).exists():
            raise Refusal(
                "name_taken",
                _("“%(endpoint)s” already has a deployment “%(name)s”.") % {"endpoint": endpoint, "name": name},
                hint=_("Update it, or choose another name, such as “%(other)s”.") % {"other": f"{name}-2"},
                status=409,
                where=Where(parameter="name"),
            )
        require_room(endpoint.project, "deployments", by=actor)
        deployment = Deployment.objects.create(
            endpoint=endpoint,
            name=name,
            version=version,
            entry=entry,
            is_entry_free=is_free,
            script=files.script,
            code=files.code,
            conversion=conversion,
            reason=_("Waits for a worker."),
            state_since=timezone.now(),
            created_by=actor,
            settings=msgspec.to_builtins(wanted),
            target=wanted.target,
            instances=instances_of(wanted),
        )
        _keep_revision(actor, deployment)
        _give_traffic(endpoint, deployment, traffic)
        _record(actor, endpoint, "mlops.deployment.created", deployment=deployment, **_told(deployment))
        later("deployments.apply", deployment.pk)
    return deployment


def update_deployment(
    actor: Any,
    deployment: Deployment,
    *,
    version: ModelVersion | None = None,
    entry: str | None = None,
    script: str | None = None,
    code: CodeFolder | None = None,
    reason: str = "",
    **settings: Any,
) -> Deployment:
    """A new revision: the present one serves until the new one is ready. `settings` are the fields that change; where
    they concern the number of servers alone, those that run go on and there is no new revision; nor is there one where
    nothing changes and it is healthy."""
    endpoint = deployment.endpoint
    require(actor, "models.deploy", endpoint.project)
    require_settled(deployment)
    version = version or deployment.version
    is_free = not entry and deployment.is_entry_free
    if not entry:
        is_given = bool(script or code)
        has_script = is_given or deployment.entry == "script"
        entry = (
            entries.best(version, has_script=has_script, project=deployment.endpoint.project)
            if is_free or is_given
            else deployment.entry
        )
    wanted = checked_settings(with_registered(endpoint.project, settings), base=deployment.wanted)
    _require_same_target(deployment, wanted)
    target(wanted.target).check(wanted)
    check_collection(version, wanted)
    same = version == deployment.version and entry == deployment.entry and script is None and code is None
    if same and wanted == deployment.wanted and deployment.state == DeploymentState.HEALTHY:
        return deployment
    if same and is_in_place(deployment, wanted):
        if not change_in_place(actor, deployment, wanted, reason=reason):
            raise in_transition(deployment)
        return deployment
    guards.require_free(endpoint, deployment)
    if version != deployment.version:
        require_deployable(actor, version)
    entries.check(endpoint, version, entry)
    check_fits(version, entry, wanted)
    check_several(endpoint, version, entry, wanted)
    files = Files()
    if entry == "script":
        is_kept = not script and code is None and deployment.entry == "script"
        files = Files(deployment.script, deployment.code) if is_kept else Files.given(endpoint, script, code)
    conversion = entries.conversion_of(actor, version, entry, is_free=is_free, form=wanted.onnx_form)
    return revise(
        actor, deployment, version=version, entry=entry, is_free=is_free, files=files, conversion=conversion,
        wanted=wanted, reason=reason,
    )  # fmt: skip


def revise(
    actor: Any,
    deployment: Deployment,
    *,
    version: ModelVersion,
    entry: str,
    is_free: bool,
    files: Files,
    conversion: Conversion | None,
    wanted: DeploymentSettings,
    reason: str,
    **told: Any,
) -> Deployment:
    """Writes a revision that was checked by the caller, who also asked for permission. `told`: more for the event."""
    with transaction.atomic():
        changed = Deployment.objects.filter(
            pk=deployment.pk, revision=deployment.revision, state=deployment.state
        ).update(
            version=version,
            entry=entry,
            is_entry_free=is_free,
            script=files.script,
            code=files.code,
            conversion=conversion,
            revision=deployment.revision + 1,
            placing=None,
            state=DeploymentState.TRANSITIONING,
            reason=_("Waits for a worker."),
            hint="",
            state_since=timezone.now(),
            settings=msgspec.to_builtins(wanted),
            instances=instances_of(wanted, now=deployment.instances),
            trouble=None,
        )
        if not changed:
            raise in_transition(deployment)
        was = _facts(deployment)
        deployment.refresh_from_db()
        _keep_revision(actor, deployment, reason=reason)
        facts = _told(deployment) | told
        _record(
            actor,
            deployment.endpoint,
            "mlops.deployment.updated",
            deployment=deployment,
            reason=reason,
            change=(was, _facts(deployment)),
            **facts,
        )
        later("deployments.apply", deployment.pk)
    return deployment


def update_traffic(
    actor: Any,
    endpoint: Endpoint,
    *,
    shares: Mapping[str, Any] | None = None,
    mirrors: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Endpoint:
    """Percent by deployment; those that are not named get none. `mirrors`: who gets a copy of so many percent of the
    requests. What is not given stays as it is."""
    require_with(actor, "endpoints.traffic", endpoint)
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=endpoint.pk)
        )
        guards.require_free(endpoint)
        deployments = {one.name: one for one in Deployment.objects.filter(endpoint=endpoint)}
        wanted = endpoint.traffic if shares is None else checked_shares(shares, deployments)
        copies = None if mirrors is None else checked_mirrors(mirrors, deployments)
        for name in {**(wanted if shares is not None else {}), **(copies or {})}:
            _require_serving(deployments[name])
        before = {"before": endpoint.traffic, "mirrors_before": endpoint.mirrors}
        shift(endpoint, wanted, mirrors=copies)
        after = {"after": endpoint.traffic, "mirrors_after": endpoint.mirrors}
        was = {"traffic": before["before"], "mirrors": before["mirrors_before"]}
        change = (was, {"traffic": after["after"], "mirrors": after["mirrors_after"]})
        _record(actor, endpoint, "mlops.endpoint.traffic_changed", reason=reason, change=change, **before, **after)
    return endpoint


def restore_traffic(actor: Any, endpoint: Endpoint, *, reason: str = "") -> Endpoint:
    """The traffic as it was before it was changed last; asked again, the later one."""
    require_with(actor, "endpoints.traffic", endpoint)
    endpoint.refresh_from_db(fields=["traffic", "previous_traffic"])
    if not endpoint.previous_traffic:
        message = _("The traffic of “%(name)s” was never another.") % {"name": endpoint.name}
        raise Refusal("no_earlier_traffic", message, hint=_("Set the shares by hand."), status=409)
    said = reason or _("Back to the traffic of before.")
    return update_traffic(actor, endpoint, shares=endpoint.previous_traffic, reason=said)


def delete_deployment(actor: Any, deployment: Deployment, *, reason: str = "") -> None:
    """Refused while it has traffic that others could take; an endpoint's only deployment goes with its traffic."""
    endpoint = deployment.endpoint
    require(actor, "models.deploy", endpoint.project)
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=endpoint.pk)
        )
        deployment = Deployment.objects.select_related("version__model").get(pk=deployment.pk)
        guards.require_free(endpoint, deployment)
        others = list(Deployment.objects.filter(endpoint=endpoint).exclude(pk=deployment.pk))
        share = endpoint.traffic.get(deployment.name, 0)
        if share and others and deployment.ready_revision is not None:
            raise Refusal(
                "deployment_has_traffic",
                _("“%(name)s” takes %(share)s %% of the traffic of “%(endpoint)s”.")
                % {"name": deployment.name, "share": f"{share:g}", "endpoint": endpoint.name},
                hint=_("Give its share to %(others)s first.")
                % {"others": _(" or ").join(f"“{one.name}”" for one in others)},
                status=409,
            )
        require_settled(deployment)
        if share:
            endpoint.traffic = {name: value for name, value in endpoint.traffic.items() if name != deployment.name}
        if endpoint.default == deployment.name:
            endpoint.default = max(endpoint.traffic, key=lambda name: endpoint.traffic[name], default="")
        endpoint.mirrors = {name: value for name, value in endpoint.mirrors.items() if name != deployment.name}
        endpoint.control = "" if endpoint.control == deployment.name else endpoint.control
        endpoint.save(update_fields=["traffic", "default", "mirrors", "control"])
        change: Change = (_facts(deployment), {})
        told = _told(deployment)
        _record(
            actor, endpoint, "mlops.deployment.deleted", deployment=deployment, reason=reason, change=change, **told
        )
        deployment.delete()
        later("deployments.tidy")


def delete_endpoint(actor: Any, endpoint: Endpoint, *, reason: str = "") -> None:
    """With its deployments, keys and counts. Callers are refused from then on."""
    require(actor, "endpoints.create", endpoint.project)
    with transaction.atomic():
        names = list(Deployment.objects.filter(endpoint=endpoint).values_list("name", flat=True))
        _record(actor, endpoint, "mlops.endpoint.deleted", reason=reason, change=gone(endpoint), deployments=names)
        Deployment.objects.filter(endpoint=endpoint).delete()
        endpoint.delete()
        later("deployments.tidy")


def credentials(actor: Any, endpoint: Endpoint) -> Keys:
    require_with(actor, "endpoints.keys", endpoint)
    return keys_of(endpoint)


def regenerate_key(actor: Any, endpoint: Endpoint, *, which: str, grace_seconds: float = 0.0) -> Keys:
    """Callers with the old key are refused within a second, or when the time of grace is over."""
    require_with(actor, "endpoints.keys", endpoint)
    known: tuple[Which, ...] = ("primary", "secondary")
    if which not in known:
        hint = nearest(which, known) or _("Name primary or secondary.")
        raise Refusal("key_unknown", _("There is no key “%(which)s”.") % {"which": which}, hint=hint)
    if not 0 <= grace_seconds <= MOST_GRACE_SECONDS:
        raise Refusal(
            "grace_invalid",
            _("A replaced key cannot go on for %(seconds)s seconds.") % {"seconds": f"{grace_seconds:g}"},
            hint=_("Give it from 0 to %(days)s days.") % {"days": f"{MOST_GRACE_SECONDS / 86400:.0f}"},
            where=Where(parameter="grace_seconds"),
        )
    with transaction.atomic():
        endpoint = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=endpoint.pk)
        )
        field = f"{which}_key_number"
        number, now = getattr(endpoint, field), time.time()
        retired = [one for one in endpoint.retired_keys if one["until"] > now - TOLD_SECONDS]
        if grace_seconds:
            retired.append({"key": which, "number": number, "until": now + grace_seconds})
        else:
            retired = [one for one in retired if one["key"] != which]
        setattr(endpoint, field, number + 1)
        endpoint.retired_keys = retired
        endpoint.keys_used_at = {name: at for name, at in endpoint.keys_used_at.items() if name != which}
        endpoint.save(update_fields=[field, "retired_keys", "keys_used_at"])
        _record(actor, endpoint, "mlops.endpoint.keys_regenerated", key=which, grace_seconds=grace_seconds)
        route_at_once()
    return keys_of(endpoint)


class Files(NamedTuple):
    """Of the entry script: one file, or a folder."""

    script: Blob | None = None
    code: CodeFolder | None = None

    @classmethod
    def given(cls, endpoint: Endpoint, script: str | None, code: CodeFolder | None) -> Files:
        if code is None:
            return cls(script=keep_stream(io.BytesIO(checked_script(script or ""))))
        if script:
            hint = _("Send `code` (the uploaded folder) or `script` (the text of one file).")
            raise Refusal("script_twice", _("Both a script and a folder of code are given."), hint=hint)
        if code.project_id != endpoint.project_id:
            hint = _("Upload it for this project.")
            raise Refusal("code_elsewhere", _("That code folder belongs to another project."), hint=hint)
        return cls(code=code)


def _keep_revision(actor: Any, deployment: Deployment, *, reason: str = "") -> None:
    DeploymentRevision.objects.create(
        deployment=deployment,
        number=deployment.revision,
        version=deployment.version,
        model=str(deployment.version),
        entry=deployment.entry,
        is_entry_free=deployment.is_entry_free,
        script=deployment.script,
        code=deployment.code,
        settings=deployment.settings,
        reason=reason,
        created_by=actor,
    )


def _require_same_target(deployment: Deployment, wanted: DeploymentSettings) -> None:
    if wanted.target == deployment.target:
        return
    raise Refusal(
        "target_is_fixed",
        _("“%(name)s” runs on the target “%(target)s”, which cannot be changed.")
        % {"name": deployment.name, "target": deployment.target},
        hint=_("Create a second deployment on “%(target)s” and shift the traffic to it.") % {"target": wanted.target},
        status=409,
        where=Where(parameter="target"),
    )


def _give_traffic(endpoint: Endpoint, deployment: Deployment, traffic: float | None) -> None:
    if not has_address(deployment.target):
        return
    others = Deployment.objects.filter(endpoint=endpoint).exclude(pk=deployment.pk)
    alone = not any(has_address(one.target) for one in others)
    if alone:
        endpoint.traffic, endpoint.default = {deployment.name: 100}, deployment.name
    elif traffic:
        endpoint.traffic = with_share(endpoint.traffic, deployment.name, traffic)
    endpoint.default = endpoint.default or deployment.name
    endpoint.save(update_fields=["traffic", "default"])


def require_settled(deployment: Deployment) -> None:
    if deployment.state == DeploymentState.TRANSITIONING:
        raise in_transition(deployment)


def in_transition(deployment: Deployment) -> Refusal:
    return Refusal(
        "deployment_in_transition",
        _("“%(name)s” is just being deployed.") % {"name": deployment.name},
        hint=_("Wait until it is healthy or has failed: %(reason)s") % {"reason": deployment.reason},
        status=409,
    )


def _require_serving(deployment: Deployment) -> None:
    if not has_address(deployment.target):
        message = _("“%(name)s” runs on devices, which the router does not reach.") % {"name": deployment.name}
        raise Refusal("has_no_address", message, hint=_("Give the traffic to another deployment."), status=409)
    if deployment.ready_revision is not None:
        return
    require_settled(deployment)
    raise Refusal(
        "deployment_not_ready",
        _("“%(name)s” cannot take traffic: it is %(state)s.") % {"name": deployment.name, "state": deployment.state},
        hint=deployment.reason,
        status=409,
    )


def _told(deployment: Deployment) -> dict[str, Any]:
    return {"model": str(deployment.version), "entry": deployment.entry, "revision": deployment.revision}


def _facts(deployment: Deployment) -> dict[str, Any]:
    """For the audit trail: of variables the names alone, for people keep secrets in them."""
    settings = dict(deployment.settings)
    variables = sorted(settings.pop("variables", None) or {})
    return {"model": str(deployment.version), "variables": variables, **settings}


def _record(
    actor: Any,
    endpoint: Endpoint,
    type: str,
    *,
    deployment: Deployment | None = None,
    reason: str = "",
    change: tuple[dict[str, Any], dict[str, Any]] | None = None,
    **data: Any,
) -> None:
    was, now_is = change or (None, None)
    subject = f"endpoints/{endpoint.name}" + (f"/{deployment.name}" if deployment else "")
    notice = ("endpoint", str(endpoint.pk))
    record(
        actor,
        type,
        subject=subject,
        project=endpoint.project,
        data=data,
        reason=reason,
        notice=notice,
        before=was,
        after=now_is,
    )
