"""Registered models with their versions: numbers kept, files by content, stages, aliases, and the run behind each."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.imports.models import Outcome, Taken
from mlops.imports.report import plain
from mlops.imports.taking.pointing import VERSION, take_aliases, take_stages, version_id
from mlops.imports.taking.session import Session, deleted_here, in_bin, kept_pairs, moment, remember
from mlops.imports.taking.sources import Found, tree_of
from mlops.mlflow_stores.values import Registered, Version, mark_of
from mlops.registry import actions, whole
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.names import checked_name
from mlops.runs.models import Run
from mlops.tags.filters import write_tags

KIND = "model"
PROMPT = "mlflow.prompt.is_prompt"
ORIGINAL_NAME = "mlflow.registeredModel.name"
"""The tag of a model whose name could not be kept."""


def take_registered(session: Session, theirs: Registered) -> None:
    if PROMPT in theirs.tags:
        session.report.count("prompt", Outcome.LEFT_OUT)
        prompt = Refusal("prompt", _("Prompts are not taken: they are texts, not models."))
        session.report.note(KIND, theirs.name, theirs.name, prompt)
        return
    known = session.known(KIND, [theirs.name]).get(theirs.name)
    ours = RegisteredModel.with_deleted.filter(pk=known.our_id).first() if known else None
    if known is not None and ours is None and not session.options.again:
        session.report.leave_out(KIND, theirs.name, theirs.name, deleted_here(KIND))
        return
    if ours is not None and ours.deleted_at is not None:
        session.report.leave_out(KIND, theirs.name, theirs.name, in_bin(KIND))
        return
    mark = mark_of((theirs.description, theirs.tags))
    try:
        name, outcome = _named(session, theirs, ours, known, mark)
    except Refusal as refusal:
        session.report.leave_out(KIND, theirs.name, theirs.name, refusal)
        return
    session.report.count(KIND, outcome)
    if ours is None and not session.options.dry_run:
        ours = RegisteredModel.objects.filter(project=session.row.project, name=name).first() or _made(
            session, theirs, name
        )
    if ours is not None and not session.options.dry_run and (known is None or known.mark != mark):
        _write_facts(session, theirs, ours)
        remember([session.taken(KIND, theirs.name, ours.pk, outcome, mark=mark)])
    taken = session.known(VERSION, (version_id(theirs, one) for one in theirs.versions))
    for version in theirs.versions:
        _take_version(session, theirs, ours, name, version, taken.get(version_id(theirs, version)))
    if ours is not None and not session.options.dry_run:
        take_stages(session, theirs)
        take_aliases(session, theirs, ours)


def _named(
    session: Session, theirs: Registered, ours: RegisteredModel | None, known: Taken | None, mark: str
) -> tuple[str, str]:
    """The name here, and what becomes of the model."""
    if ours is not None and known is not None:
        return ours.name, session.outcome_of(known, mark)
    name = theirs.name.strip()
    try:
        name = checked_name(name)
    except Refusal:
        name = checked_name(re.sub(r"[^\w.()+-]+", "-", name).strip("-._()+")[:240])
    there = RegisteredModel.objects.filter(project=session.row.project, name=name).exists()
    if there and session.options.collisions == "suffix":
        name, there = _free_name(session, name), False
    if name != theirs.name:
        renamed = Refusal("renamed", _("It is called “%(name)s” here.") % {"name": name})
        session.report.note(KIND, theirs.name, theirs.name, renamed)
    if there:
        merged = Refusal("merged", _("Its versions go into the model of that name that is here already."))
        session.report.note(KIND, theirs.name, theirs.name, merged)
    return name, Outcome.CHANGED if there else Outcome.NEW


def _free_name(session: Session, name: str) -> str:
    taken = set(RegisteredModel.objects.filter(project=session.row.project).values_list("name", flat=True))
    return next(one for number in range(2, 10_000) if (one := f"{name[:240]}-{number}") not in taken)


def _made(session: Session, theirs: Registered, name: str) -> RegisteredModel:
    ours = whole.create_model(session.row.created_by, session.row.project, name=name)
    if created := moment(theirs.created):
        RegisteredModel.objects.filter(pk=ours.pk).update(created_at=created)
    return ours


def _write_facts(session: Session, theirs: Registered, ours: RegisteredModel) -> None:
    tags = kept_pairs(session, KIND, theirs.name, theirs.name, theirs.tags, "tag")
    if ours.name != theirs.name:
        tags[ORIGINAL_NAME] = plain(theirs.name)
    if theirs.description and theirs.description != ours.description:
        whole.describe_model(session.row.created_by, ours, description=plain(theirs.description, most=100_000))
    write_tags(ours, tags)


def _take_version(
    session: Session, model: Registered, ours: RegisteredModel | None, name: str, theirs: Version, known: Taken | None
) -> None:
    source_id, title = version_id(model, theirs), f"{model.name} {theirs.number}"
    mark = mark_of((theirs.description, theirs.stage, theirs.tags, theirs.source))
    here = ModelVersion.with_deleted.filter(pk=known.our_id).first() if known else None
    if known is not None and here is None and not session.options.again:
        session.report.leave_out(VERSION, title, source_id, deleted_here(VERSION))
        return
    if here is not None and here.deleted_at is not None:
        session.report.leave_out(VERSION, title, source_id, in_bin(VERSION))
        return
    outcome = session.outcome_of(known, mark) if known and here else Outcome.NEW
    session.report.count(VERSION, outcome)
    if session.options.dry_run or ours is None or (known is not None and here is not None and known.mark == mark):
        return
    found = None if here else tree_of(session, model.name, theirs)  # outside of the transaction: it may fetch files
    try:
        with transaction.atomic():
            version = here or _registered(session, model, theirs, name, found)
            _write_version(session, model, theirs, version, is_new=here is None)
            remember([session.taken(VERSION, source_id, version.pk, outcome, mark=mark)])
    except Refusal as refusal:
        session.report.count(VERSION, outcome, -1)
        session.report.leave_out(VERSION, title, source_id, refusal)
    session.look()


def _registered(session: Session, model: Registered, theirs: Version, name: str, found: Found | None) -> ModelVersion:
    """Under its number; where that is taken here, under the next."""
    assert found is not None
    project, actor = session.row.project, session.row.created_by
    there = ModelVersion.with_deleted.filter(model__project=project, model__name=name, model__deleted_at=None)
    is_free = not there.filter(number=theirs.number).exists()
    version = actions.register(
        actor,
        project,
        name=name,
        run=_run(session, theirs.run),
        tree=found.tree,
        description=plain(theirs.description, most=100_000),
        metrics=found.metrics,
        number=theirs.number if is_free else None,
    )
    if not is_free:
        numbered = Refusal(
            "numbered_anew",
            _("The number %(number)d is taken here: it is %(new)d.") % {"number": theirs.number, "new": version.number},
        )
        session.report.note(VERSION, f"{model.name} {theirs.number}", version_id(model, theirs), numbered)
    logged = found.logged_model
    rows = ModelVersion.objects.filter(pk=version.pk)
    rows.update(source=plain(theirs.source, most=2_000), logged_model=logged)
    if created := moment(theirs.created):
        rows.update(created_at=created)
    version.refresh_from_db()
    return version


def _write_version(
    session: Session, model: Registered, theirs: Version, version: ModelVersion, *, is_new: bool
) -> None:
    actor = session.row.created_by
    title, source_id = f"{model.name} {theirs.number}", version_id(model, theirs)
    tags = kept_pairs(session, VERSION, title, source_id, theirs.tags, "tag")
    write_tags(version, tags | ({"mlflow.user": plain(theirs.user)} if theirs.user else {}))
    if not is_new and theirs.description != version.description:
        actions.describe_version(actor, version, description=plain(theirs.description, most=100_000))


def _run(session: Session, theirs: str) -> Run | None:
    row = session.known("run", [theirs]).get(theirs) if theirs else None
    return Run.objects.filter(pk=row.our_id).first() if row else None
