"""Stages and aliases as the source has them. What was changed here since stays as it is here; what was asked for once
is not asked for again, whatever became of the request, until the source says something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.imports.models import Outcome, Taken
from mlops.imports.taking.session import Session, remember
from mlops.mlflow_stores.values import Registered, Version
from mlops.registry import pointing
from mlops.registry.models import ModelAlias, ModelVersion, RegisteredModel, Stage, Transition, TransitionState

VERSION, ALIAS, STAGE = "version", "alias", "stage"


@dataclass(frozen=True, kw_only=True)
class Pointed:
    """One alias or stage: as the source has it, and as it is here."""

    kind: str
    key: str
    """In the source."""
    version: ModelVersion
    theirs: str
    ours: str
    kept: Refusal
    """Told where ours stays."""
    ask: Callable[[], Transition]


def take_stages(session: Session, theirs: Registered) -> None:
    taken = session.known(VERSION, (version_id(theirs, one) for one in theirs.versions))
    known = session.known(STAGE, (version_id(theirs, one) for one in theirs.versions))
    ours = ModelVersion.objects.in_bulk([row.our_id for row in taken.values()])
    for one in theirs.versions:
        key = version_id(theirs, one)
        version = ours.get(taken[key].our_id) if key in taken else None
        if version is None or one.stage not in Stage.values:
            continue
        stays = _("Version %(number)d is in the stage “%(ours)s” here and in “%(theirs)s” there; it stays.") % {
            "number": version.number, "ours": version.stage, "theirs": one.stage,
        }  # fmt: skip
        pointed = Pointed(
            kind=STAGE,
            key=key,
            version=version,
            theirs=one.stage,
            ours=version.stage,
            kept=Refusal("stage_kept", stays, hint=_("Move it by hand if it is to follow the source.")),
            ask=_to_stage(session, version, one.stage),
        )
        _follow(session, pointed, known.get(key), is_free=version.stage == Stage.NONE)


def take_aliases(session: Session, theirs: Registered, ours: RegisteredModel) -> None:
    here = {alias.name: alias.version_id.hex for alias in ModelAlias.objects.filter(model=ours)}
    taken = session.known(VERSION, (f"{theirs.name}/{number}" for number in theirs.aliases.values()))
    known = session.known(ALIAS, (f"{theirs.name}@{alias}" for alias in theirs.aliases))
    versions = ModelVersion.objects.in_bulk([row.our_id for row in taken.values()])
    for alias, number in theirs.aliases.items():
        row = taken.get(f"{theirs.name}/{number}")
        version = versions.get(row.our_id) if row else None
        if version is None:
            continue
        stays = _("The alias “%(alias)s” points at another version here, and stays.") % {"alias": alias[:100]}
        if alias not in here:
            stays = _("The alias “%(alias)s” was removed here, and stays so.") % {"alias": alias[:100]}
        pointed = Pointed(
            kind=ALIAS,
            key=f"{theirs.name}@{alias}",
            version=version,
            theirs=version.pk.hex,
            ours=here.get(alias, ""),
            kept=Refusal("alias_kept", stays, hint=_("Move it by hand if it is to follow the source.")),
            ask=_to_alias(session, version, alias),
        )
        _follow(session, pointed, known.get(pointed.key), is_free=alias not in here)


def version_id(model: Registered, version: Version) -> str:
    return f"{model.name}/{version.number}"


def _follow(session: Session, one: Pointed, known: Taken | None, *, is_free: bool) -> None:
    """`known`: what an import asked for last, and what was here while that waits or after it was refused. `is_free`:
    nothing points here."""
    if one.theirs == one.ours:
        if known is None or known.mark != one.theirs:
            _remember(session, one, outcome=Outcome.UNCHANGED)
        return
    is_ours = known is not None and one.ours != known.mark and known.files_mark != _before(one)
    if is_ours or (known is None and not is_free):
        _note(session, one, one.kept)
        return
    if known is not None and known.mark == one.theirs:
        _tell_what_became(session, one)
        return
    outcome = Outcome.NEW if is_free else Outcome.CHANGED
    try:
        with transaction.atomic():
            asked = one.ask()
            _remember(session, one, outcome=outcome, before=_before(one) if asked.is_pending else "")
    except Refusal as refusal:
        _note(session, one, refusal)
        return
    if asked.is_pending:
        _note(session, one, _waits(asked))
    elif one.kind == ALIAS:
        session.report.count(ALIAS, outcome)


def _tell_what_became(session: Session, one: Pointed) -> None:
    """Of what an import asked for before."""
    name = one.theirs if one.kind == STAGE else one.key.rpartition("@")[2]
    asked = Transition.objects.filter(version=one.version, kind=one.kind, name=name).order_by("-pk").first()
    if asked is None or asked.state == TransitionState.DONE:
        _note(session, one, one.kept)
    elif asked.is_pending:
        _note(session, one, _waits(asked))
    else:
        not_set = _("“%(name)s” is not set: request %(number)d was not granted, and is not asked again.")
        refused = Refusal("request_ended", not_set % {"name": asked.name, "number": asked.pk}, hint=asked.ended_reason)
        _note(session, one, refused)


def _before(one: Pointed) -> str:
    return f"={one.ours}"


def _remember(session: Session, one: Pointed, *, outcome: str, before: str = "") -> None:
    remember([session.taken(one.kind, one.key, one.version.pk, outcome, mark=one.theirs, files_mark=before)])


def _note(session: Session, one: Pointed, refusal: Refusal) -> None:
    session.report.note(one.kind, one.key, one.key, refusal)


def _to_stage(session: Session, version: ModelVersion, stage: str) -> Callable[[], Transition]:
    return lambda: pointing.change_stage(session.row.created_by, version, stage=stage, reason=_why(session))


def _to_alias(session: Session, version: ModelVersion, alias: str) -> Callable[[], Transition]:
    return lambda: pointing.set_alias(session.row.created_by, version, alias=alias, reason=_why(session))


def _why(session: Session) -> str:
    return _("As in “%(source)s”, from which it was imported.") % {"source": session.row.source}


def _waits(asked: Transition) -> Refusal:
    return Refusal(
        "waits_for_approval",
        _("“%(name)s” is not set yet: request %(number)d waits for approval.")
        % {"name": asked.name, "number": asked.pk},
        hint=_("Whoever may approve it finds it under Requests for approval."),
    )
