"""The log of a draft: appending operations in order, undoing a person's own steps, and reading what came since.

A field's value is what its last active write says; undoing a step makes its writes inactive. So an undo never takes
back what somebody else wrote later, and when everybody has undone everything, the first drawing is back."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from designer import writes
from designer.graph.fields import Raw
from designer.graph.normal import applied
from designer.graph.operations import Change, apply
from designer.graph.wellformed import check_touched
from designer.models import Draft, Operation, Revision
from mlops.access.decisions import require
from mlops.events.chain import notify

SNAPSHOT_EVERY = 200
"""Operations between two whole documents of the past: what showing an old revision costs at most."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An operation as a client sends it."""

    id: UUID
    kind: Literal["do", "undo", "redo"] = "do"
    step: UUID
    label: str = ""
    changes: tuple[Change, ...] = ()
    """Of a `do` only: what undoing or redoing changes is for the log to say."""


def append(actor: Any, draft: Draft, operations: tuple[Sent, ...]) -> Draft:
    """Takes the operations that are not in the log yet, in this order; all of them or none.

    Raises Refusal `operation_invalid`. The log is the record of these changes; no audit event is written for each."""
    require(actor, "pipelines.design", draft.project)
    with transaction.atomic():
        held = Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        start = held.revision
        sent = [each.id for each in operations]
        known = set(Operation.objects.filter(draft=held, uuid__in=sent).values_list("uuid", flat=True))
        for each in operations:
            if each.id not in known:
                known.add(each.id)
                _append(actor, held, each)
        if held.revision != start:
            held.save(update_fields=["document", "revision", "saved_at"])
            notify("draft", str(held.pk), project=held.project)
    draft.document, draft.revision, draft.saved_at = held.document, held.revision, held.saved_at
    return draft


def document_at(draft: Draft, number: int) -> Raw | None:
    """The document as it was after the operation of this number; None where there is no such revision."""
    if number == draft.revision:
        return dict(draft.document)
    base = Revision.objects.filter(draft=draft, number__lte=number).first()
    if base is None or number > draft.revision:
        return None
    document = dict(base.document)
    since = Operation.objects.filter(draft=draft, seq__gt=base.number, seq__lte=number)
    entries = list(since.values_list("changes", flat=True))
    if len(entries) < number - base.number:
        return None
    for changes in entries:
        document = apply(document, msgspec.convert(changes, type=tuple[Change, ...]))
    return document


def _append(actor: Any, draft: Draft, sent: Sent) -> None:
    now = timezone.now()
    seq = draft.revision + 1
    if sent.kind == "do":
        wanted = (*sent.changes, *writes.shadowed(draft, draft.document, sent.changes))
        kept = 0
    else:
        wanted, kept = writes.toggle(draft, actor, sent.step, is_active=sent.kind == "redo", seq=seq)
    document, explicit = applied(draft.document, wanted)
    check_touched(document, [each.path for each in explicit])
    entry = Operation.objects.create(
        draft=draft,
        seq=seq,
        uuid=sent.id,
        kind=sent.kind,
        step=sent.step,
        label=sent.label[:200],
        changes=msgspec.to_builtins(explicit),
        kept=kept,
        by=actor,
        at=now,
    )
    if sent.kind == "do":
        writes.remember(entry, explicit)
    draft.document, draft.revision, draft.saved_at = document, seq, now
    if seq % SNAPSHOT_EVERY == 0:
        Revision.objects.create(
            draft=draft, number=seq, document=document, label=entry.label, saved_at=now, saved_by=actor
        )
