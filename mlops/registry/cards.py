"""The model card that people write: Markdown, of the model for all versions and of each version, with its history."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.events.chain import record
from mlops.events.models import Event
from mlops.formats.refusal import Refusal, Where
from mlops.registry.models import ModelVersion, RegisteredModel

LONGEST_CARD = 50_000
MOST_EDITS = 100
WRITTEN = "mlops.model.card_written"


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    by: str
    reason: str
    card: str


def write_card(
    actor: Any, thing: RegisteredModel | ModelVersion, *, card: str, before: str | None = None, reason: str = ""
) -> None:
    """`before`: `mark_of` the card that the writer saw; None: whatever is there. Raises Refusal `card_too_long`,
    `card_changed`."""
    model = thing if isinstance(thing, RegisteredModel) else thing.model
    require(actor, "models.register", model.project)
    card = card.replace("\r\n", "\n").strip()
    if len(card) > LONGEST_CARD:
        message = _("A card has at most %(most)d characters; this one has %(count)d.")
        raise Refusal(
            "card_too_long",
            message % {"most": LONGEST_CARD, "count": len(card)},
            hint=_("Keep long texts elsewhere, and link to them."),
            where=Where(parameter="card"),
        )
    with transaction.atomic():
        present = type(thing).objects.select_for_update(no_key=True).get(pk=thing.pk)
        if before is not None and before != mark_of(present.card):
            raise _changed(thing)
        if card == present.card:
            return
        thing.card, thing.changed_at = card, timezone.now()
        thing.save(update_fields=["card", "changed_at"])
        record(
            actor,
            WRITTEN,
            subject=_subject(thing),
            project=model.project,
            data={"card": card},
            reason=reason.strip()[:500],
            notice=("model", str(model.pk)),
        )


def mark_of(card: str) -> str:
    """Tells one text from another: what a writer started from."""
    return hashlib.sha256(card.encode()).hexdigest()[:16]


def edits_of(thing: RegisteredModel | ModelVersion) -> list[Edit]:
    """The newest first."""
    project = _project(thing)
    found = Event.objects.filter(type=WRITTEN, project=project, subject=_subject(thing)).order_by("-seq")[:MOST_EDITS]
    return [Edit(at=one.at, by=one.actor_name, reason=one.reason, card=one.data["card"]) for one in found]


def _changed(thing: RegisteredModel | ModelVersion) -> Refusal:
    last = next(iter(edits_of(thing)), None)
    return Refusal(
        "card_changed",
        _("%(who)s changed the card while you wrote.") % {"who": last.by if last else _("Somebody")},
        hint=_("Your text is kept below. Look at the card as it is now, then save what both of you mean."),
        status=409,
    )


def _subject(thing: RegisteredModel | ModelVersion) -> str:
    return f"models/{thing}"


def _project(thing: RegisteredModel | ModelVersion) -> Project:
    return (thing if isinstance(thing, RegisteredModel) else thing.model).project
