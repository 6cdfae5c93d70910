"""What promotion does: registers the new version, deploys it as the old one is, begins the rollout, moves tags,
alias and stage.

Each is called with the attempt's row locked, in the transaction that notes what was made, so that it is made once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from mlops.blobs.trees import open_blob
from mlops.deployments import actions as endpoints
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.refusal import Refusal
from mlops.registry import pointing
from mlops.registry.actions import register, remove_tag, set_tags
from mlops.registry.models import ModelVersion, Transition
from mlops.retraining.challenger import model_of
from mlops.retraining.champion import endpoint_of, serving
from mlops.retraining.models import Attempt
from mlops.rollouts.actions import create_rollout
from mlops.rollouts.models import Rollout
from mlops.tags.filters import tags_of, understand

RETIRED = "retired"


def acting(attempt: Attempt) -> Any:
    """Whose grants it uses. Raises Refusal `nobody_acts`."""
    person = attempt.policy.runs_as
    if person is None:
        raise Refusal(
            "nobody_acts",
            _("Whoever changed this policy last is gone, so nothing can be done in that name."),
            hint=_("Save the policy again; then retry."),
            status=409,
        )
    return person


def register_version(attempt: Attempt) -> ModelVersion:
    """With the policy's tags and the metrics that the comparison found."""
    settings, found = attempt.wanted, attempt.found
    assert attempt.run is not None
    made = model_of(attempt.run, settings.what)
    metrics = {one.metric: one.challenger for one in found.metrics if one.challenger is not None} if found else None
    version = register(
        acting(attempt),
        attempt.policy.project,
        name=settings.model,
        run=attempt.run,
        node=made.node,
        port=made.port,
        description=_("By the retraining policy “%(name)s”, attempt %(number)d.")
        % {"name": attempt.policy.name, "number": attempt.number},
        tags=settings.then.tags,
        properties={"retraining": {"policy": str(attempt.policy_id), "attempt": attempt.number}},
        metrics=metrics or None,
    )
    _keep(attempt, challenger=version, challenger_label=str(version))
    return version


def deploy(attempt: Attempt) -> Deployment:
    """With the settings, entry and script of the deployment that has the traffic; an endpoint that is missing is made,
    and its first deployment gets all the traffic."""
    settings, actor = attempt.wanted, acting(attempt)
    version = attempt.challenger
    assert version is not None
    endpoint = endpoint_of(attempt.policy.project, settings)
    if endpoint is None:
        endpoint = endpoints.create_endpoint(actor, attempt.policy.project, name=settings.endpoint)
    present = serving(endpoint)
    made = endpoints.create_deployment(
        actor,
        endpoint,
        name=_free_name(endpoint, settings.then.deployment or "v{version}", version.number),
        version=version,
        **(_as(present) if present is not None else {}),
    )
    _keep(attempt, deployment=made)
    return made


def roll_out(attempt: Attempt) -> Rollout:
    deployment = attempt.deployment
    assert deployment is not None
    why = attempt.verdict["reason"] if attempt.verdict else ""
    endpoint = Endpoint.objects.select_related("project").get(pk=deployment.endpoint_id)
    return create_rollout(
        acting(attempt),
        endpoint,
        candidate=deployment,
        plan=attempt.wanted.then.plan,
        reason=f"{attempt.policy.name}, attempt {attempt.number}: {why}",
    )


def mark_champion(attempt: Attempt) -> None:
    """The champion's tag goes from the old version to the new one, which stands for what is in use now."""
    settings = attempt.wanted
    tag, version = settings.then.champion_tag, attempt.challenger
    if not tag or version is None or settings.then.do in ("register", "deploy"):
        return
    key, value = (part or "" for part in _key_and_value(tag))
    actor, old = acting(attempt), attempt.champion
    if old is not None and old.pk != version.pk and tags_of(old).get(key) == value:
        set_tags(actor, old, tags={key: RETIRED}) if value else remove_tag(actor, old, key=key)
    set_tags(actor, version, tags={key: value})


def point(attempt: Attempt) -> str:
    """The policy's alias and stage go to the new version as when a person moves them. What a rule of the registry lets
    wait, or refuses, in words: the new version stays what it is."""
    then, version = attempt.wanted.then, attempt.challenger
    if version is None or then.do in ("register", "deploy"):
        return ""
    why = _("By the retraining policy “%(name)s”, attempt %(number)d.")
    reason = why % {"name": attempt.policy.name, "number": attempt.number}
    actor, told = acting(attempt), []
    if then.alias:
        told.append(_asked(partial(pointing.set_alias, actor, version, alias=then.alias, reason=reason), then.alias))
    if then.stage:
        ask = partial(pointing.change_stage, actor, version, stage=then.stage, archive_others=True, reason=reason)
        told.append(_asked(ask, then.stage))
    return " ".join(one for one in told if one)


def _asked(ask: Callable[[], Transition], name: str) -> str:
    try:
        asked = ask()
    except Refusal as refusal:
        return _("“%(name)s” was not set: %(why)s") % {"name": name, "why": refusal.message}
    if not asked.is_pending:
        return ""
    return _("“%(name)s” waits for approval: request %(number)d.") % {"name": name, "number": asked.pk}


def mark_rejected(attempt: Attempt) -> None:
    """A version that was registered before it was turned down, such as one that was rolled back, says so."""
    tag, version = attempt.wanted.then.champion_tag, attempt.challenger
    if tag and version is not None:
        set_tags(acting(attempt), version, tags={_key_and_value(tag)[0]: "rejected"})


def _key_and_value(tag: str) -> tuple[str, str]:
    read = understand(tag)
    return read.key, read.value or ""


def _as(present: Deployment) -> dict[str, Any]:
    """How it is deployed, as arguments of `create_deployment`."""
    given: dict[str, Any] = dict(present.settings)
    if present.entry == "script":
        given |= {"entry": "script", "code": present.code}
        if present.script_id is not None:
            with open_blob(present.script_id) as source:
                given["script"] = source.read().decode()
    elif not present.is_entry_free:
        given["entry"] = present.entry
    return given


def _free_name(endpoint: Endpoint, pattern: str, number: int) -> str:
    wanted = pattern.replace("{version}", str(number))
    taken = set(Deployment.objects.filter(endpoint=endpoint).values_list("name", flat=True))
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}-{count}"
    return name


def _keep(attempt: Attempt, **values: Any) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(**values)
    for name, value in values.items():
        setattr(attempt, name, value)
