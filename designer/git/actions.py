"""Every change of a link between a draft and a file of a repository."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from designer.actions import create_draft, delete_draft, save_document
from designer.git.states import agree, move, tell
from designer.models import Draft, GitLink, LinkState
from designer.queries import document_of
from mlops.access.decisions import require
from mlops.formats.refusal import Refusal, Where
from mlops.repositories.git.laying_out import refused_name
from mlops.repositories.models import Repository
from mlops.work.calls import later

SIDES = ("here", "there")


def link(
    actor: Any,
    row: Repository,
    *,
    path: str,
    draft: Draft | None = None,
    branch: str = "",
    is_direct: bool = True,
    pushes_versions: bool = True,
) -> GitLink:
    """From now on both are kept the same. Without a draft one is made from the file. Raises Refusal `link_…`."""
    require(actor, "repositories.manage", row.project)
    path = _path(path)
    if draft is not None and draft.project_id != row.project_id:
        raise _invalid("draft", _("The draft belongs to another project."), _("Choose one of “%s”.") % row.project.name)
    with transaction.atomic():
        if GitLink.objects.filter(repository=row, path=path).exists():
            raise _taken(_("“%s” is linked to a draft already.") % path)
        if draft is not None and GitLink.objects.filter(draft=draft).exists():
            raise _taken(_("“%s” is linked to a file already.") % draft.name)
        is_new = draft is None
        held = draft or create_draft(
            actor, row.project, name=PurePosixPath(path).stem, cloned_from=f"repositories/{row.pk}"
        )
        now = timezone.now()
        made = GitLink.objects.create(
            draft=held,
            repository=row,
            path=path,
            branch=(branch.strip() or row.branch)[:200],
            is_direct=is_direct,
            pushes_versions=pushes_versions,
            state_since=now,
            next_at=now,
            base=held.document if is_new else None,
            acts_as=actor,
        )
        tell(actor, made, "linked")
        later("designer.git_link", made.pk)
    return made


def change(actor: Any, found: GitLink, *, is_direct: bool | None = None, pushes_versions: bool | None = None) -> None:
    """A change from there has this person's rights from now on."""
    require(actor, "repositories.manage", found.repository.project)
    with transaction.atomic():
        found.acts_as = actor
        found.is_direct = found.is_direct if is_direct is None else is_direct
        found.pushes_versions = found.pushes_versions if pushes_versions is None else pushes_versions
        found.save(update_fields=["acts_as", "is_direct", "pushes_versions"])
        tell(actor, found, "linked")


def unlink(actor: Any, found: GitLink) -> None:
    """The draft and the file stay as they are."""
    require(actor, "repositories.manage", found.repository.project)
    with transaction.atomic():
        tell(actor, found, "unlinked")
        GitLink.objects.filter(pk=found.pk).delete()


def push(actor: Any, found: GitLink, *, revision: int | None = None, name: str = "") -> None:
    """The draft as it is, or as it was at a revision, becomes a commit soon."""
    require(actor, "pipelines.design", found.repository.project)
    if found.state == LinkState.CONFLICT:
        raise Refusal("link_in_conflict", found.reason, hint=found.hint, status=409)
    with transaction.atomic():
        wanted = revision or Draft.objects.values_list("revision", flat=True).get(pk=found.draft_id)
        more = {"wanted": wanted, "wanted_name": name[:120], "wanted_by": actor, "attempts": 0}
        move(found, LinkState.QUEUED, next_at=timezone.now(), **more)
        later("designer.git_link", found.pk)


def pull(actor: Any, found: GitLink) -> None:
    """The branch's newest commit is looked at soon."""
    require(actor, "pipelines.design", found.repository.project)
    with transaction.atomic():
        GitLink.objects.filter(pk=found.pk).update(next_at=timezone.now(), attempts=0)
        later("designer.git_link", found.pk)


def settle(actor: Any, found: GitLink, *, keep: str) -> None:
    """Ends a conflict. `there`: the drawing becomes the repository's, in one step that can be undone. `here`: the
    repository gets ours as a commit on top of theirs."""
    require(actor, "pipelines.design", found.repository.project)
    if keep not in SIDES:
        raise _invalid("keep", _("“%s” is no side of it.") % keep[:50], _("here or there."))
    with transaction.atomic():
        held = (
            GitLink.objects.select_for_update(of=("self",), no_key=True)
            .select_related("draft", "theirs")
            .get(pk=found.pk)
        )
        if held.state != LinkState.CONFLICT or held.theirs is None:
            raise Refusal("link_in_no_conflict", _("Both sides agree; there is nothing to decide."), status=409)
        theirs, draft = held.theirs, held.draft
        agreed = agree(commit=held.theirs_commit, files=held.theirs_files, base=theirs.document)
        if keep == "there":
            label = _("Took %s from the repository") % held.theirs_commit[:10]
            save_document(actor, draft, base_revision=draft.revision, document=document_of(theirs), label=label)
            move(held, LinkState.READY, **agreed)
        else:
            move(held, LinkState.AHEAD, **agreed)
            push(actor, held)
        tell(actor, held, "settled", reason=keep)
        if theirs.revision == 1 and theirs.last_run_id is None:
            delete_draft(actor, theirs)


def version_saved(actor: Any, draft: Draft, *, revision: int, name: str) -> None:
    """A version of a linked draft becomes a commit, where its link says so."""
    found = GitLink.objects.filter(draft=draft, pushes_versions=True).exclude(state=LinkState.CONFLICT)
    for one in found.select_related("repository__project"):
        push(actor, one, revision=revision, name=name)


def _path(text: str) -> str:
    path = text.strip().removeprefix("./")
    why = refused_name(path) or ("" if path == PurePosixPath(path).as_posix() else _("write it plainly"))
    if not path.endswith((".yaml", ".yml")) or path.endswith(".layout.yaml"):
        why = why or _("it is no YAML file")
    if why or len(path) > 300:
        message = _("“%(path)s” cannot hold a pipeline: %(why)s.") % {"path": path[:200], "why": why or _("it is long")}
        raise _invalid("path", message, _("Such as pipelines/churn.yaml."))
    return path


def _taken(message: str) -> Refusal:
    return Refusal("link_taken", message, hint=_("Take that link away first, or choose another."), status=409)


def _invalid(parameter: str, message: str, hint: str) -> Refusal:
    return Refusal("link_invalid", message, hint=hint, status=422, where=Where(parameter=parameter))
