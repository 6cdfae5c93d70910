"""Who agreed, of what it is made, and what the audit has of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.access.retold import retold
from mlops.events.models import ChainHead, Event
from mlops.events.wording import actor, title_of
from mlops.formats.refusal import Refusal
from mlops.lineage.versions.packages import packages_of
from mlops.packaging.image_files import materials as of_image
from mlops.packaging.models import Image, ImageState
from mlops.registry.models import Approval, ModelVersion, Transition
from mlops.registry.report_parts import Part, Table
from mlops.retraining.models import Attempt

MOST_EVENTS = 300


def approvals(version: ModelVersion) -> Iterable[Part]:
    heads = (_("What"), _("State"), _("Asked"), _("Agreed"), _("Ended"))
    rows = []
    given: dict[int, list[Approval]] = {}
    for yes in Approval.objects.filter(transition__version=version).select_related("by"):
        given.setdefault(yes.transition_id, []).append(yes)
    for one in Transition.objects.filter(version=version).select_related("asked_by", "ended_by").order_by("pk"):
        agreed = given.get(one.pk, [])
        rows.append(
            (
                f"{one.get_kind_display()} {one.name}",
                str(one.get_state_display()),
                _said(one.asked_by, one.asked_at, one.reason),
                "\n".join(_said(yes.by, yes.at, yes.reason) for yes in agreed) or "–",
                _said(one.ended_by, one.ended_at, one.ended_reason) if one.ended_at else "–",
            )
        )
    attempts = Attempt.objects.filter(challenger=version).select_related("policy", "created_by").order_by("created_at")
    for attempt in attempts:
        decided = [str(told) for key in ("act", "by", "at", "reason") if (told := (attempt.approval or {}).get(key))]
        rows.append(
            (
                _("Retraining %(name)s #%(number)d") % {"name": attempt.policy.name, "number": attempt.number},
                str(attempt.get_stage_display()),
                _said(attempt.created_by, attempt.created_at, attempt.triggered.reason),
                " · ".join(decided) or "–",
                _said(None, attempt.ended_at, attempt.reason) if attempt.ended_at else "–",
            )
        )
    words = () if rows else (_("No stage, alias or retraining was decided on."),)
    tables = (Table(heads=heads, rows=tuple(rows)),) if rows else ()
    yield Part(title=_("Decisions and approvals"), words=words, tables=tables)


def _said(person: Any, at: Any, reason: str) -> str:
    who = person.get_username() if person else _("the system")
    return f"{at:%Y-%m-%d %H:%M} UTC, {who}" + (f": {reason}" if reason else "")


def materials(version: ModelVersion) -> Iterable[Part]:
    """The bill of materials of its newest image, where one was built; else the packages that it was made with."""
    images = Image.objects.filter(version=version, state=ImageState.READY).select_related("version__model")
    image = images.order_by("-created_at").first()
    told = _bill(image) if image else None
    if image is not None and told is not None:
        facts = (
            (_("Image"), image.reference or str(image.pk)),
            (_("Digest"), image.digest),
            (_("Form"), "CycloneDX 1.6"),
        )
        rows = tuple(
            (str(one.get("name", "")), str(one.get("version", "")), _licences(one))
            for one in told.get("components", [])
        )
        table = Table(heads=(_("Component"), _("Version"), _("Licence")), rows=rows)
        yield Part(title=_("Bill of materials"), facts=facts, tables=(table,))
        return
    packages = tuple(packages_of(version).items())
    if packages:
        table = Table(heads=(_("Package"), _("Version")), rows=packages)
        words = _("No image of it was built yet: these are the packages that it was made with.")
        yield Part(title=_("Bill of materials"), words=(words,), tables=(table,))


def _bill(image: Image) -> dict[str, Any] | None:
    """None where its layers are no longer on this machine."""
    try:
        return of_image(image)
    except (Refusal, OSError, KeyError):
        return None


def _licences(component: dict[str, Any]) -> str:
    found = [one.get("expression") or (one.get("license") or {}).get("id") or (one.get("license") or {}).get("name", "")
             for one in component.get("licenses", [])]  # fmt: skip
    return ", ".join(str(one)[:80] for one in found if one)


def audit(version: ModelVersion) -> Part:
    """Each entry with its hash in the chain, and one hash over all of them."""
    named = Q(subject=f"models/{version}") | Q(subject__startswith=f"models/{version}/")
    rows = list(Event.objects.filter(named, project=version.model.project_id).order_by("seq")[: MOST_EVENTS + 1])
    over = hashlib.sha256("".join(one.hash for one in rows[:MOST_EVENTS]).encode()).hexdigest()
    head = ChainHead.objects.filter(pk=1).first()
    facts = (
        (_("Hash over these entries"), over),
        (_("Head of the chain when this was made"), head.hash if head else "–"),
    )
    table = Table(
        heads=("#", _("When"), _("Who"), _("What"), _("Why"), _("Hash")),
        rows=tuple(
            (
                str(one.seq),
                f"{one.at:%Y-%m-%d %H:%M}",
                actor(one.actor_name),
                title_of(one.type),
                retold(one.reason),
                one.hash[:16],
            )
            for one in rows[:MOST_EVENTS]
        ),
    )
    words = (_("Only the first %(count)d are printed.") % {"count": MOST_EVENTS},) if len(rows) > MOST_EVENTS else ()
    return Part(title=_("Audit"), facts=facts, words=words, tables=(table,))
