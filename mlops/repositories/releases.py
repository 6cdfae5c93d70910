"""Releases: a model version that is registered or comes into a stage, or a pushed tag, begins what the repository says,
once. Tags are looked at in `pushed_tags`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.events.circumstances import IMPORT
from mlops.events.facts import Change, gone, sides
from mlops.events.models import Event
from mlops.events.queries import newest_seq
from mlops.formats.refusal import Refusal, Where
from mlops.registry.models import ModelVersion, Stage
from mlops.repositories.git.laying_out import refused_name
from mlops.repositories.models import CallState, Deed, Host, Release, ReleaseCall, Repository
from mlops.repositories.wanted import require_length
from mlops.tags.filters import tags_of

REGISTERED = "mlops.model.registered"
STAGED = "mlops.model.staged"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
MOST_AT_ONCE = 500


def create_release(
    actor: Any,
    row: Repository,
    *,
    name: str,
    model: str = "*",
    tags: Mapping[str, str] | None = None,
    stage: str = "",
    git_tag: str = "",
    does: str = Deed.DISPATCH,
    path: str = "",
    traffic: float | None = None,
    event: str = "mlops-model-registered",
    branch: str = "",
) -> Release:
    """From now on. `git_tag`: it begins when a tag that fits this pattern is pushed, and no model begins it. Raises
    Refusal `release_invalid`, `name_taken`."""
    require(actor, "repositories.manage", row.project)
    if not NAME.fullmatch(name) or not NAME.fullmatch(event):
        raise invalid("name", _("Names are letters, digits, “-”, “_” and “.”."))
    _check_deed(does, path=path, stage=stage, traffic=traffic)
    if git_tag := require_length(git_tag, 200, "git_tag"):
        _check_tag(does, is_of_models=bool(stage or tags or branch or model not in ("", "*")))
    if does == Deed.DISPATCH and (row.host == Host.PLAIN or not row.secret):
        raise invalid("repository", _("Workflows are begun at GitHub, GitLab and Gitea, and that needs a token."))
    with transaction.atomic():
        if Release.objects.filter(repository=row, name=name).exists():
            message = _("There is already a release “%s” here.") % name
            raise Refusal("name_taken", message, status=409, where=Where(parameter="name"))
        made = Release.objects.create(
            repository=row,
            name=name,
            model=require_length(model, 255, "model") or "*",
            tags={str(key): str(value) for key, value in (tags or {}).items()},
            stage=stage,
            git_tag=git_tag,
            does=does,
            path=path,
            traffic=traffic,
            event=event,
            branch=require_length(branch, 200, "branch"),
            cursor=newest_seq(),
            created_by=actor,
        )
        _tell(actor, made, "created")
    return made


def delete_release(actor: Any, release: Release) -> None:
    require(actor, "repositories.manage", release.repository.project)
    with transaction.atomic():
        _tell(actor, release, "deleted", change=gone(release))
        Release.objects.filter(pk=release.pk).delete()


def hand_out() -> None:
    """A call for each version that was registered since the last look."""
    last = newest_seq()
    of_models = Release.objects.filter(git_tag="", is_enabled=True, cursor__lt=last)
    for pk in of_models.values_list("pk", flat=True):
        with transaction.atomic():
            release = (
                Release.objects.select_for_update(of=("self",), no_key=True).select_related("repository").get(pk=pk)
            )
            new = Event.objects.filter(
                type=STAGED if release.stage else REGISTERED,
                project=release.repository.project_id,
                seq__gt=release.cursor,
                seq__lte=last,
            ).order_by("seq")
            part = list(new[:MOST_AT_ONCE])
            for event in part:
                if event.via.get("door") != IMPORT and _is_wanted(release, event):
                    _queue(release, event)
            Release.objects.filter(pk=pk).update(cursor=part[-1].seq if len(part) == MOST_AT_ONCE else last)


def set_enabled(actor: Any, release: Release, *, is_enabled: bool) -> None:
    """What is registered or pushed while it is off begins nothing, also later. Nothing happens where it is so."""
    require(actor, "repositories.manage", release.repository.project)
    with transaction.atomic():
        locked = Release.objects.select_for_update(of=("self",), no_key=True).filter(pk=release.pk).first()
        if locked is None or locked.is_enabled == is_enabled:
            return
        locked.is_enabled, locked.cursor, locked.known_tags = is_enabled, newest_seq(), None
        locked.save(update_fields=["is_enabled", "cursor", "known_tags"])
        _tell(actor, locked, "changed", change=({"is_enabled": not is_enabled}, {"is_enabled": is_enabled}))


def tell_again(actor: Any, call: ReleaseCall) -> None:
    """That somebody began an ended call anew."""
    _tell(actor, call.release, "begun_again", version=_version_of(call), git_tag=call.git_tag)


def tell_call(call: ReleaseCall) -> None:
    """That it began, or how it ended."""
    verb = {CallState.FAILED: "failed", CallState.DONE: "completed"}.get(CallState(call.state), "started")
    _tell(None, call.release, verb, version=_version_of(call), git_tag=call.git_tag, reason=call.reason)


def invalid(parameter: str, message: str) -> Refusal:
    hint = _("Such as: mlops repository release -n churn --release deploy --model churn.")
    return Refusal("release_invalid", message, hint=hint, status=422, where=Where(parameter=parameter))


def under_way(call: ReleaseCall) -> Refusal:
    return Refusal(
        "release_under_way",
        _("The release of %s is under way.") % call,
        hint=_("Wait for its end."),
        status=409,
    )


def _check_deed(does: str, *, path: str, stage: str, traffic: float | None) -> None:
    if does not in Deed.values:
        raise invalid("does", _("“%s” is nothing that a release does.") % does[:50])
    if stage and stage not in Stage.values:
        raise invalid("stage", _("There is no stage “%s”.") % stage[:50])
    is_here = does != Deed.DISPATCH
    is_odd = bool(refused_name(path)) or len(path) > 300
    if is_here and (is_odd or not path.endswith((".yml", ".yaml"))):
        raise invalid("path", _("Say which YAML file of the repository describes it."))
    if traffic is not None and (does != Deed.DEPLOYMENT or not 0 <= traffic <= 100):
        raise invalid("traffic", _("A deployment gets 0 to 100 percent of the traffic; nothing else does."))


def _check_tag(does: str, *, is_of_models: bool) -> None:
    if does == Deed.DISPATCH:
        raise invalid("does", _("By a tag, a job or a deployment begins here; the host begins its own workflows."))
    if is_of_models:
        message = _("A tag begins it, or a model: a release by a tag takes no model, stage, model's tag or branch.")
        raise invalid("git_tag", message)


def _version_of(call: ReleaseCall) -> str:
    return f"{call.model}:{call.version}" if call.model else ""


def _is_wanted(release: Release, event: Event) -> bool:
    name, number = _named(event)
    if not fnmatchcase(name, release.model):
        return False
    if not release.stage:
        tags = event.data.get("tags") or {}
    elif event.data.get("stage") != release.stage:
        return False
    else:
        tags = _tags(release, name, number) if release.tags else {}
    return all(tags.get(key) == value for key, value in release.tags.items())


def _named(event: Event) -> tuple[str, int]:
    """Of an event of a model version, whose subject is `models/NAME:NUMBER`."""
    name, _colon, number = str(event.subject).removeprefix("models/").rpartition(":")
    return str(event.data.get("name") or name), int(event.data.get("version") or number or 0)


def _tags(release: Release, name: str, number: int) -> Mapping[str, str]:
    project = release.repository.project_id
    found = ModelVersion.objects.filter(model__project=project, model__name=name, number=number).first()
    return tags_of(found) if found is not None else {}


def _queue(release: Release, event: Event) -> None:
    now = timezone.now()
    name, number = _named(event)
    stage = event.data.get("stage") or ""
    why = f"{stage} · {event.actor_name}".strip(" ·")
    ReleaseCall.objects.get_or_create(
        release=release,
        event_seq=event.seq,
        defaults={"model": name, "version": number, "why": why[:300], "state_since": now, "next_at": now},
    )


def _tell(
    actor: Any,
    release: Release,
    verb: str,
    *,
    version: str = "",
    git_tag: str = "",
    reason: str = "",
    change: Change | None = None,
) -> None:
    row = release.repository
    data = {"repository": row.name, "name": release.name, "model": release.model, "version": version}
    data |= {"does": str(release.does), "git_tag": git_tag or release.git_tag, "reason": reason[:500]}
    record(
        actor,
        f"mlops.release.{verb}",
        subject=f"repositories/{row.pk}",
        project=row.project,
        data=data,
        notice=("repository", str(row.pk)),
        **sides(change),
    )
