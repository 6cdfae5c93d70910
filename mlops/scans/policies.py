"""What a project does about files that are not safe, and what its owners allow all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.scans import words
from mlops.scans.models import Allowance, Policy, Strictness
from mlops.scans.scanning import scan
from mlops.scans.standing import Standing, standing_of

Place = Literal["register", "deploy", "download"]
PLACES: tuple[Place, ...] = ("register", "deploy", "download")
NAME = re.compile(r"[\w.]+\.[\w.]+")
MOST_NAME = 300
WAIT_SECONDS = 20.0
"""For each file that somebody waits for."""


def policy_of(project: Project) -> Policy:
    return Policy.objects.filter(project=project).first() or Policy(project=project)


def set_policy(actor: Any, project: Project, *, reason: str = "", **wanted: str) -> Policy:
    """`wanted`: a Strictness for some of PLACES. Raises Refusal `place_unknown`, `strictness_unknown`."""
    require(actor, "rules.manage", project)
    for place, value in wanted.items():
        if place not in PLACES:
            raise Refusal("place_unknown", _("There is no place “%s”.") % place, hint=nearest(place, PLACES))
        if value not in Strictness.values:
            hint = _("There are: %s.") % ", ".join(Strictness.values)
            raise Refusal(
                "strictness_unknown", _("“%s” is no way to act.") % value, hint=hint, where=Where(parameter=place)
            )
    with transaction.atomic():
        was = stored(policy_of(project))
        policy, _made = Policy.objects.update_or_create(project=project, defaults={**wanted, "changed_by": actor})
        data: dict[str, str] = {place: getattr(policy, place) for place in PLACES}
        record(
            actor,
            "mlops.scan.policy_changed",
            subject=_subject(project),
            project=project,
            data=data,
            reason=reason,
            before=was,
            after=stored(policy),
        )
    return policy


def allow(actor: Any, project: Project, *, name: str, reason: str) -> Allowance:
    """Raises Refusal `name_invalid`, `reason_missing`, `allowed_already`."""
    require(actor, "rules.manage", project)
    name, reason = name.strip(), reason.strip()
    if not NAME.fullmatch(name) or len(name) > MOST_NAME:
        message = _("“%s” is no full name.") % name[:100]
        raise Refusal("name_invalid", message, hint=_("Write it as the scan does, such as shop.models.Scorer."))
    if not reason:
        message = _("An allowance needs a reason.")
        raise Refusal("reason_missing", message, hint=_("Say what it does, and who has looked at it."))
    try:
        with transaction.atomic():
            made = Allowance.objects.create(project=project, name=name, reason=reason, created_by=actor)
            record(
                actor,
                "mlops.scan.name_allowed",
                subject=_subject(project),
                project=project,
                data={"name": name},
                reason=reason,
            )
    except IntegrityError:
        raise Refusal("allowed_already", _("“%s” is allowed already.") % name, status=409) from None
    return made


def forbid(actor: Any, allowance: Allowance, *, reason: str = "") -> None:
    require(actor, "rules.manage", allowance.project)
    project, name = allowance.project, allowance.name
    with transaction.atomic():
        allowance.delete()
        data = {"name": name}
        record(actor, "mlops.scan.name_forbidden", subject=_subject(project), project=project, data=data, reason=reason)


def require_clean(actor: Any, project: Project, files: Iterable[File], *, place: Place, subject: str) -> None:
    """Nothing where the project only warns. Files that nobody has read are read now.

    Raises Refusal `files_refused` with file, name and remedy, or `files_not_scanned`. Not to be called in a
    transaction: the refusal is recorded."""
    strictness = getattr(policy_of(project), place)
    if strictness == Strictness.WARN:
        return
    listed = list(files)
    standing = standing_of(listed, project)
    if standing.waiting:
        waiting = [file.digest for file in standing.files if file.level == "waiting"]
        scan(list(dict.fromkeys(waiting)), seconds=WAIT_SECONDS)
        standing = standing_of(listed, project)
    refused = ("dangerous",) if strictness == Strictness.DANGEROUS else ("dangerous", "suspicious")
    if standing.level in refused:
        _record_refusal(actor, project, standing, place=place, subject=subject)
        raise Refusal(
            "files_refused",
            _("The project “%(project)s” takes no files that are %(level)s. %(named)s.")
            % {"project": project, "level": words.label(standing.level).lower(), "named": words.named(standing)},
            hint=words.remedy(standing.level),
            status=422,
        )


def _record_refusal(actor: Any, project: Project, standing: Standing, *, place: Place, subject: str) -> None:
    data = {
        "thing": subject,
        "place": place,
        "level": standing.level,
        "files": [file.path for file in standing.troubles][:20],
        "globals": standing.globals[:20],
    }
    record(actor, "mlops.scan.files_refused", subject=_subject(project), project=project, data=data)


def _subject(project: Project) -> str:
    return f"projects/{project.slug}"
