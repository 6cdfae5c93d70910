"""The history of a deployment: who changed what, when and why; what would change; and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.deployments import entries, guards
from mlops.deployments.actions import Files, in_transition, require_settled, revise, update_deployment
from mlops.deployments.models import Deployment, DeploymentRevision
from mlops.deployments.scaling import change_in_place, goes_on, is_in_place
from mlops.deployments.targets import target
from mlops.formats.deployment import DeploymentSettings, changes
from mlops.formats.refusal import Refusal


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field, before and after. `restarts`: new servers are started for it, and the old ones go on until then."""

    field: str
    before: Any
    after: Any
    restarts: bool


def revisions_of(deployment: Deployment) -> QuerySet[DeploymentRevision]:
    """The newest first."""
    found = DeploymentRevision.objects.filter(deployment=deployment)
    return found.select_related("created_by", "version__model", "script", "code")


def revision_of(deployment: Deployment, number: int) -> DeploymentRevision:
    found = revisions_of(deployment).filter(number=number).first()
    if found is None:
        numbers = ", ".join(str(one.number) for one in revisions_of(deployment)[:10])
        message = _("“%(name)s” has no revision %(number)s.") % {"name": deployment.name, "number": number}
        raise Refusal("not_found", message, hint=_("There are: %(numbers)s.") % {"numbers": numbers}, status=404)
    return found


def difference(
    before: DeploymentRevision, after: DeploymentRevision, *, wanted: DeploymentSettings | None = None
) -> tuple[Change, ...]:
    """What `after` changed: the model, how it is served, and each setting. `wanted`: other settings in its place."""
    facts = [
        ("model", before.model, after.model),
        ("entry", before.entry, after.entry),
        ("script", _script(before), _script(after)),
    ]
    wanted = wanted or after.wanted
    settings = [(name, old, new) for name, (old, new) in changes(before.wanted, wanted).items()]
    return tuple(
        Change(field=name, before=old, after=new, restarts=not goes_on(name, target=wanted.target))
        for name, old, new in (*facts, *settings)
        if old != new
    )


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a revision in place. `place` counts them from 1."""

    place: int
    at: datetime
    by: str
    reason: str
    changes: tuple[Change, ...]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A revision beside what it changed of the one before."""

    revision: Any
    changes: tuple[Change, ...]
    edits: tuple[Edit, ...]
    """The newest first."""
    is_present: bool
    is_serving: bool


def history(deployment: Deployment, *, most: int = 50) -> list[Told]:
    rows = list(revisions_of(deployment)[: most + 1])
    return [_told(deployment, rows, place) for place in range(min(len(rows), most))]


def restore(actor: Any, deployment: Deployment, *, number: int, reason: str = "") -> Deployment:
    """A new revision that is equal to an old one; the present one serves until it is ready. Where the two differ in
    nothing that concerns a server, those that run go on."""
    require(actor, "models.deploy", deployment.endpoint.project)
    require_settled(deployment)
    old = revision_of(deployment, number)
    version, wanted = old.version, old.wanted
    if not difference(revision_of(deployment, deployment.revision), old):
        raise Refusal(
            "nothing_to_restore",
            _("“%(name)s” is as it was at revision %(number)s.") % {"name": deployment.name, "number": number},
            hint=_("Choose another revision."),
            status=409,
        )
    if version is None:
        raise Refusal(
            "version_gone",
            _("The model version %(model)s of revision %(number)s is deleted.")
            % {"model": old.model, "number": number},
            hint=_("Restore another revision, or deploy another version."),
            status=409,
        )
    said = reason or _("Back to revision %(number)s.") % {"number": number}
    target(wanted.target).check(wanted)
    same = (version, old.entry, _script(old)) == (deployment.version, deployment.entry, _script(deployment))
    if same and is_in_place(deployment, wanted):
        if not change_in_place(actor, deployment, wanted, reason=said):
            raise in_transition(deployment)
        return deployment
    guards.require_free(deployment.endpoint, deployment)
    entries.check(deployment.endpoint, version, old.entry)
    return revise(
        actor,
        deployment,
        version=version,
        entry=old.entry,
        is_free=old.is_entry_free,
        files=Files(old.script, old.code),
        conversion=entries.conversion_of(actor, version, old.entry, is_free=old.is_entry_free, form=wanted.onnx_form),
        wanted=wanted,
        reason=said,
        restored=number,
    )


def undo_edit(actor: Any, deployment: Deployment, *, place: int, reason: str = "") -> Deployment:
    """The settings that an edit of the present revision changed are what they were before it."""
    require(actor, "models.deploy", deployment.endpoint.project)
    edits = edits_of(revision_of(deployment, deployment.revision))
    edit = next((one for one in edits if one.place == place), None)
    if edit is None:
        message = _("Revision %(number)s has no change in place %(place)s.")
        told = {"number": deployment.revision, "place": place}
        raise Refusal("not_found", message % told, hint=_("Look at its history again."), status=404)
    back: dict[str, Any] = {one.field: False if one.before is None else one.before for one in edit.changes}
    return update_deployment(actor, deployment, reason=reason or _("A change is undone."), **back)


def edits_of(row: DeploymentRevision) -> tuple[Edit, ...]:
    """The newest first."""
    states = [*(edit["before"] for edit in row.edits), row.settings]
    found = []
    for place, edit in enumerate(row.edits):
        before, after = (msgspec.convert(one, DeploymentSettings) for one in states[place : place + 2])
        changed = tuple(
            Change(field=name, before=old, after=new, restarts=False)
            for name, (old, new) in changes(before, after).items()
        )
        at = datetime.fromisoformat(edit["at"])
        found.append(Edit(place=place + 1, at=at, by=edit["by"], reason=edit["reason"], changes=changed))
    return tuple(reversed(found))


def _first_settings(row: DeploymentRevision) -> DeploymentSettings:
    """Before anything of it was changed in place."""
    return msgspec.convert(row.edits[0]["before"], DeploymentSettings) if row.edits else row.wanted


def _told(deployment: Deployment, rows: Sequence[DeploymentRevision], place: int) -> Told:
    row = rows[place]
    return Told(
        revision=row,
        changes=difference(rows[place + 1], row, wanted=_first_settings(row)) if place + 1 < len(rows) else (),
        edits=edits_of(row),
        is_present=row.number == deployment.revision,
        is_serving=row.number == deployment.ready_revision,
    )


def _script(of: DeploymentRevision | Deployment) -> str:
    """A short name of the script's content; empty without one."""
    if of.code is not None:
        return f"{of.code.script} {str(of.code.tree_id)[:12]}"
    return str(of.script_id)[:12] if of.script_id else ""
