"""What can stand on either side of a comparison, and how it is named in an address.

`draft-ID` is a draft as it is now, `draft-ID@NUMBER` one of its revisions, `run-ID` a run as it was submitted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from designer import oplog, queries
from designer.errors import revision_not_found
from designer.graph.fields import Raw
from designer.models import Draft, Version
from mlops.access.models import Project
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal
from mlops.runs import queries as runs
from mlops.runs.models import Run

NAMED = re.compile(r"(draft|run)-([0-9a-fA-F-]{32,36})(?:@(\d{1,9}))?")


@dataclass(frozen=True, kw_only=True)
class Side:
    ref: str
    title: str
    url: str
    project: Project
    document: Raw
    run: Run | None = None


def side_of(person: Any, ref: str) -> Side:
    """Raises Refusal `side_unknown`, or `not_found` also for what the person may not see."""
    found = NAMED.fullmatch(ref)
    try:
        kind, name, number = (found[1], UUID(found[2]), found[3]) if found else ("", None, None)
    except ValueError:
        kind, name, number = "", None, None
    if name is None or (kind == "run" and number):
        raise Refusal(
            "side_unknown",
            _("“%(ref)s” names nothing that can be compared.") % {"ref": ref[:100]},
            hint=_("Give draft-ID, draft-ID@REVISION or run-ID."),
        )
    return _run(person, name) if kind == "run" else _draft(person, name, number)


def _draft(person: Any, name: UUID, number: str | None) -> Side:
    draft = queries.draft(person, name)
    document = oplog.document_at(draft, int(number)) if number else dict(draft.document)
    if document is None:
        raise revision_not_found(draft, int(number or 0))
    return Side(
        ref=f"draft-{draft.pk}" + (f"@{number}" if number else ""),
        title=_title(draft, int(number) if number else None),
        url=reverse("designer:draft", args=[draft.pk]),
        project=draft.project,
        document=document,
    )


def _title(draft: Draft, number: int | None) -> str:
    if number is None:
        return _("%(name)s, now") % {"name": draft.name}
    version = Version.objects.filter(draft=draft, number=number).first()
    if version:
        return _("%(name)s, version “%(version)s”") % {"name": draft.name, "version": version.name}
    return _("%(name)s, revision %(number)d") % {"name": draft.name, "number": number}


def _run(person: Any, name: UUID) -> Side:
    run = runs.run(person, name)
    return Side(
        ref=f"run-{run.pk}",
        title=_("Run #%(number)d, %(name)s") % {"number": run.number, "name": run.display_name},
        url=reverse("web:run", args=[run.pk]),
        project=run.project,
        document=run.document or _drawn_from(run),
        run=run,
    )


def _drawn_from(run: Run) -> Raw:
    """A run that was not drawn: its graph, laid out in the order in which it runs."""
    from designer.graph.document import tidy

    nodes = {}
    for node in run.spec.get("nodes", []):
        nodes[node["id"]] = {key: value for key, value in node.items() if key != "id"}
    whole = {"nodes": nodes, "edges": run.spec.get("edges", [])}
    drawn: Raw = msgspec.to_builtins(tidy(msgspec.convert(whole, type=Document)))
    return drawn
