"""Experiments: into those of the same name, or beside them."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.imports.models import Outcome, Taken
from mlops.imports.report import plain
from mlops.imports.taking.session import Session, deleted_here, in_bin, kept_pairs, moment, remember
from mlops.mlflow_stores.values import Experiment as Theirs
from mlops.mlflow_stores.values import mark_of
from mlops.runs.experiments import LONGEST_NAME, create_experiment
from mlops.runs.models import Experiment
from mlops.tags.filters import write_tags

KIND = "experiment"
NOTE = "mlflow.note.content"
MOST_NAMES = 1_000


def take_experiment(session: Session, theirs: Theirs) -> Experiment | None:
    """Ours, or None where it is left out, or would be made."""
    if theirs.is_deleted and session.options.deleted == "leave":
        session.report.count(KIND, Outcome.LEFT_OUT)
        return None
    mark = mark_of(theirs)
    known = session.known(KIND, [theirs.id]).get(theirs.id)
    ours = Experiment.objects.filter(pk=known.our_id).first() if known else None
    if known is not None and ours is None and not session.options.again:
        session.report.leave_out(KIND, theirs.name, theirs.id, deleted_here(KIND))
        return None
    if ours is not None and ours.deleted_at is not None and not theirs.is_deleted:
        session.report.leave_out(KIND, theirs.name, theirs.id, in_bin(KIND))
        return None
    if known is not None and ours is not None:
        return _again(session, theirs, ours, known, mark)
    return _first(session, theirs, mark)


def is_wanted(session: Session, theirs: Theirs) -> bool:
    return session.options.wants_experiment(theirs.name, theirs.id)


def _again(session: Session, theirs: Theirs, ours: Experiment, known: Taken, mark: str) -> Experiment:
    outcome = session.outcome_of(known, mark)
    session.report.count(KIND, outcome)
    if known.mark != mark and not session.options.dry_run:
        _write_facts(session, theirs, ours)
        remember([session.taken(KIND, theirs.id, ours.pk, outcome, mark=mark)])
    return ours


def _first(session: Session, theirs: Theirs, mark: str) -> Experiment | None:
    project = session.row.project
    name = plain(theirs.name.strip(), most=LONGEST_NAME) or theirs.id
    there = Experiment.objects.filter(project=project, name=name).first()
    may_merge = session.options.collisions == "merge" and not theirs.is_deleted
    if there is not None and may_merge and there.deleted_at is None:
        ours, outcome = there, Outcome.CHANGED
        session.report.note(
            KIND,
            theirs.name,
            theirs.id,
            Refusal("merged", _("Its runs go into the experiment of that name that is here already.")),
        )
    else:
        name = name if there is None else _free_name(session, name)
        ours, outcome = None, Outcome.NEW
        if there is not None:
            session.report.note(
                KIND,
                theirs.name,
                theirs.id,
                Refusal("renamed", _("The name is taken here: it is called “%(name)s”.") % {"name": name}),
            )
    session.report.count(KIND, outcome)
    if session.options.dry_run:
        return ours
    if ours is None:
        ours = create_experiment(session.row.created_by, project, name=name)
        facts = {"created_at": moment(theirs.created) or ours.created_at}
        facts |= {"deleted_at": timezone.now()} if theirs.is_deleted else {}
        Experiment.objects.filter(pk=ours.pk).update(**facts)
        ours.refresh_from_db()
    _write_facts(session, theirs, ours)
    remember([session.taken(KIND, theirs.id, ours.pk, outcome, mark=mark)])
    return ours


def _write_facts(session: Session, theirs: Theirs, ours: Experiment) -> None:
    tags = kept_pairs(session, KIND, theirs.name, theirs.id, theirs.tags, "tag")
    note = tags.pop(NOTE, "")
    if note and not ours.description:
        Experiment.objects.filter(pk=ours.pk).update(description=note)
    write_tags(ours, tags)


def _free_name(session: Session, name: str) -> str:
    """Such as `churn (prod)`, by the source."""
    word = session.row.source.rstrip("/").rpartition("/")[2][:60] or "MLflow"
    taken = set(Experiment.objects.filter(project=session.row.project).values_list("name", flat=True))
    wanted = [f"{name[:400]} ({word})", *(f"{name[:400]} ({word} {number})" for number in range(2, MOST_NAMES))]
    return next(one for one in wanted if one not in taken)
