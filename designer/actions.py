"""Every change of a draft: one act each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from designer import oplog, versions_followed
from designer.errors import revision_not_found
from designer.graph.document import freeze, tidy
from designer.graph.fields import Raw
from designer.graph.operations import difference
from designer.models import Draft, Operation, Revision, Version
from designer.queries import document_of
from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.components.actions import create_version
from mlops.events.chain import notify, record
from mlops.events.facts import gone, sides, stored
from mlops.execution.planning import plan, require_unblocked
from mlops.formats.asked import Scope
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal, Where
from mlops.pipelines import actions as pipelines
from mlops.pipelines import publishing
from mlops.pipelines.models import PublishedPipeline
from mlops.pipelines.own_components import kind_of, own_definitions
from mlops.runs.models import Run

DRAWN = ("document",)
"""Large, and told by the revisions."""


def create_draft(
    actor: Any,
    project: Project,
    *,
    name: str = "",
    document: Document | None = None,
    description: str = "",
    cloned_from: str = "",
    is_sample: bool = False,
) -> Draft:
    """A new draft with its first revision. Without a name it gets one with today's date."""
    require(actor, "pipelines.design", project)
    now = timezone.now()
    drawn = msgspec.to_builtins(tidy(document or Document()))
    with transaction.atomic():
        draft = Draft.objects.create(
            project=project,
            name=name.strip() or _("Pipeline created on %(day)s") % {"day": now.strftime("%Y-%m-%d %H:%M")},
            description=description,
            document=drawn,
            saved_at=now,
            cloned_from=cloned_from,
            is_sample=is_sample,
            created_by=actor,
        )
        Revision.objects.create(draft=draft, number=1, document=drawn, label=_("Created"), saved_at=now, saved_by=actor)
        record(
            actor,
            "mlops.draft.created",
            subject=f"drafts/{draft.pk}",
            project=project,
            data={"name": draft.name, "cloned_from": cloned_from},
            notice=("draft", str(draft.pk)),
        )
    return draft


def save_document(actor: Any, draft: Draft, *, base_revision: int, document: Document, label: str = "") -> Draft:
    """Saves a whole drawing as one operation. Raises Refusal `draft_conflict` where somebody saved in between.

    For programs that send whole documents; the canvas sends operations, which merge."""
    require(actor, "pipelines.design", draft.project)
    with transaction.atomic():
        held = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        if held.revision != base_revision:
            raise _conflict(draft)
        return _lead_to(actor, draft, msgspec.to_builtins(document), label=label)


def restore(actor: Any, draft: Draft, *, revision: int) -> Draft:
    """Makes the drawing what it was at an earlier revision: one operation, which can be undone."""
    require(actor, "pipelines.design", draft.project)
    with transaction.atomic():
        draft.refresh_from_db(fields=["document", "revision", "saved_at"])
        old = oplog.document_at(draft, revision)
        if old is None:
            raise revision_not_found(draft, revision)
        return _lead_to(actor, draft, old, label=_("Restored revision %(number)d") % {"number": revision})


def name_version(actor: Any, draft: Draft, *, name: str, revision: int | None = None, description: str = "") -> Version:
    """Gives a revision a name under which it is found, shown and compared."""
    require(actor, "pipelines.design", draft.project)
    number = draft.revision if revision is None else revision
    if not name.strip():
        raise Refusal("name_missing", _("A version needs a name."))
    if oplog.document_at(draft, number) is None:
        raise revision_not_found(draft, number)
    if Version.objects.filter(draft=draft, name=name.strip()).exists():
        raise Refusal(
            "version_name_taken",
            _("This draft has a version “%(name)s” already.") % {"name": name.strip()},
            hint=_("Choose another name."),
            status=409,
        )
    with transaction.atomic():
        version = Version.objects.create(
            draft=draft, number=number, name=name.strip()[:120], description=description, at=timezone.now(), by=actor
        )
        record(
            actor,
            "mlops.draft.version_named",
            subject=f"drafts/{draft.pk}",
            project=draft.project,
            data={"name": version.name, "revision": number},
            notice=("draft", str(draft.pk)),
        )
        versions_followed.tell(actor, draft, revision=number, name=version.name)
    return version


def _lead_to(actor: Any, draft: Draft, wanted: Raw, *, label: str) -> Draft:
    draft.refresh_from_db(fields=["document", "revision"])
    number = uuid4()
    changes = difference(draft.document, wanted)
    return oplog.append(actor, draft, (oplog.Sent(id=number, step=number, label=label, changes=changes),))


def describe(actor: Any, draft: Draft, *, name: str | None = None, description: str | None = None) -> Draft:
    require(actor, "pipelines.design", draft.project)
    if name is not None and not name.strip():
        raise Refusal("name_missing", _("A draft needs a name."))
    with transaction.atomic():
        before, was = draft.name, stored(draft, leave_out=DRAWN)
        draft.name = before if name is None else name.strip()[:200]
        draft.description = draft.description if description is None else description
        draft.save(update_fields=["name", "description"])
        record(
            actor,
            "mlops.draft.renamed",
            subject=f"drafts/{draft.pk}",
            project=draft.project,
            data={"before": before, "after": draft.name},
            notice=("draft", str(draft.pk)),
            before=was,
            after=stored(draft, leave_out=DRAWN),
        )
    return draft


def clone_draft(actor: Any, draft: Draft) -> Draft:
    """A new draft with the same graph and parameters; the old one is untouched."""
    return create_draft(
        actor,
        draft.project,
        name=_("Copy of %(name)s") % {"name": draft.name},
        document=document_of(draft),
        description=draft.description,
        cloned_from=f"drafts/{draft.pk}@{draft.revision}",
    )


def clone_run(actor: Any, run: Run) -> Draft:
    """A new editable draft of what was submitted; the run is untouched. Components that its job brought along become
    components of the project, which a drawing needs."""
    if run.document is None:
        raise Refusal("nothing_drawn", _("This run was not drawn on the canvas, so it cannot be cloned as a draft."))
    require(actor, "pipelines.design", run.project)
    with transaction.atomic():
        _adopt_components(actor, run)
        return create_draft(
            actor,
            run.project,
            name=_("Copy of %(name)s") % {"name": run.display_name},
            document=msgspec.convert(run.document, type=Document),
            cloned_from=f"runs/{run.pk}",
        )


def _adopt_components(actor: Any, run: Run) -> None:
    """What the run's job brought along becomes components of the project."""
    for definition in own_definitions(run).values():
        create_version(actor, run.project, definition, kind=kind_of(definition))


def publish(
    actor: Any, draft: Draft, *, endpoint: str, description: str = "", make_default: bool = True
) -> PublishedPipeline:
    """The drawing as it is saved, as the next version behind the endpoint. Pins are refused: they are of one person's
    work and would answer for everybody."""
    document = document_of(draft)
    with transaction.atomic():
        made = _publish(
            actor,
            draft.project,
            document,
            endpoint=endpoint,
            description=description,
            make_default=make_default,
            origin=f"drafts/{draft.pk}@{draft.revision}",
        )
        versions_followed.tell(actor, draft, revision=draft.revision, name=str(made))
    return made


def publish_run(
    actor: Any, run: Run, *, endpoint: str, description: str = "", make_default: bool = True
) -> PublishedPipeline:
    """What the run was submitted with, as the next version behind the endpoint."""
    if run.document is None:
        raise Refusal("nothing_drawn", _("This run was not drawn on the canvas, so it cannot be published."))
    require(actor, "pipelines.design", run.project)
    with transaction.atomic():
        _adopt_components(actor, run)
        return _publish(
            actor,
            run.project,
            msgspec.convert(run.document, type=Document),
            endpoint=endpoint,
            description=description,
            make_default=make_default,
            origin=f"runs/{run.pk}",
        )


def _publish(
    actor: Any,
    project: Project,
    document: Document,
    *,
    endpoint: str,
    description: str,
    make_default: bool,
    origin: str,
) -> PublishedPipeline:
    require(actor, "pipelines.design", project)
    pinned = next((name for name, node in document.nodes.items() if node.pins), None)
    if pinned is not None:
        raise Refusal(
            "publish_pinned",
            _("A step is pinned, so a published pipeline would not compute its result."),
            hint=_("Take the pin off, then publish again."),
            where=Where(node=pinned),
        )
    return publishing.publish(
        actor,
        project,
        endpoint=endpoint,
        spec=freeze(document),
        document=msgspec.to_builtins(document),
        description=description,
        make_default=make_default,
        origin=origin,
    )


def clone_published(actor: Any, version: PublishedPipeline) -> Draft:
    """A new editable draft of a published version; the version is untouched."""
    return create_draft(
        actor,
        version.endpoint.project,
        name=_("Copy of %(name)s") % {"name": version},
        document=msgspec.convert(version.document, type=Document),
        cloned_from=f"pipeline-endpoints/{version.endpoint_id}@{version.number}",
    )


def submit(
    actor: Any,
    draft: Draft,
    *,
    experiment: str,
    description: str = "",
    scope: Scope | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Run:
    """Freezes the drawing as it is saved and starts a run of it, or of the part that `scope` names.

    Raises Refusal `draft_invalid` with all problems, `kept_missing`, `scope_*` or `parameter_*`."""
    require(actor, "pipelines.design", draft.project)
    document = document_of(draft)
    spec = freeze(document)
    selection = None
    if scope is not None and scope.kind != "all":
        planned = plan(draft.project, spec, scope=scope, parameters=parameters, last=draft.last_run)
        require_unblocked(planned)
        selection = planned.selection
    with transaction.atomic():
        run = pipelines.submit(
            actor,
            draft.project,
            spec=spec,
            experiment=experiment,
            parameters=parameters,
            selection=selection,
            document=draft.document,
            display_name=draft.name,
            description=description,
            origin=f"drafts/{draft.pk}@{draft.revision}",
        )
        Draft.objects.filter(pk=draft.pk).update(last_run=run)
        notify("draft", str(draft.pk), project=draft.project)
    return run


def delete_draft(actor: Any, draft: Draft) -> None:
    """Removes the drawing and its revisions; runs that came from it stay."""
    require(actor, "pipelines.design", draft.project)
    with transaction.atomic():
        subject, data, change = f"drafts/{draft.pk}", {"name": draft.name}, gone(draft, leave_out=DRAWN)
        draft.delete()
        record(actor, "mlops.draft.deleted", subject=subject, project=draft.project, data=data, **sides(change))


def _conflict(draft: Draft) -> Refusal:
    draft.refresh_from_db(fields=["revision", "saved_at"])
    last = Operation.objects.filter(draft=draft, seq=draft.revision).select_related("by").first()
    who = last.by.get_username() if last and last.by else _("somebody")
    return Refusal(
        "draft_conflict",
        _("%(who)s saved this draft in the meantime (revision %(number)d).") % {"who": who, "number": draft.revision},
        hint=_("Reload to continue from there, or keep your drawing as a clone."),
        status=409,
    )
