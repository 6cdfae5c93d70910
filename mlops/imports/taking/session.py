"""One attempt at an import: what every kind needs to take its things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.imports.models import Import, Outcome, Taken
from mlops.imports.options import Options
from mlops.imports.reader import Reader
from mlops.imports.report import LONGEST_NAME, Report, plain

IDS_A_LOOK = 500


@dataclass(kw_only=True)
class Session:
    row: Import
    options: Options
    reader: Reader
    report: Report
    folder: Path
    """For files on their way."""
    look: Callable[[], None]
    """Tells how far it is. Raises Stopped where the import is no longer this attempt's."""
    parents: dict[str, str] = field(default_factory=dict)
    """Run to outer run, by their ids in the source."""
    uses: dict[str, Any] = field(default_factory=dict)
    """Run to the logged models that it used."""

    def known(self, kind: str, ids: Iterable[str]) -> dict[str, Taken]:
        wanted, found = [key[:LONGEST_NAME] for key in ids], {}
        rows = Taken.objects.filter(project=self.row.project, source=self.row.source, kind=kind)
        for start in range(0, len(wanted), IDS_A_LOOK):
            for row in rows.filter(source_id__in=wanted[start : start + IDS_A_LOOK]):
                found[row.source_id] = row
        return found

    def taken(
        self, kind: str, source_id: str, our_id: UUID, outcome: str, *, mark: str = "", files_mark: str = ""
    ) -> Taken:
        """A row to remember."""
        return Taken(
            project=self.row.project,
            source=self.row.source,
            kind=kind,
            source_id=plain(source_id),
            our_id=our_id,
            mark=mark,
            files_mark=files_mark,
            outcome=outcome,
            by=self.row,
        )

    def outcome_of(self, known: Taken, mark: str) -> str:
        """What becomes of a thing that was taken before; one that a lost attempt began is as it was then."""
        if known.by_id == self.row.pk:
            return known.outcome
        return Outcome.UNCHANGED if known.mark == mark else Outcome.CHANGED


class Stopped(Exception):
    """The import was cancelled, or another worker has it."""


def remember(rows: Iterable[Taken]) -> None:
    Taken.objects.bulk_create(
        list(rows),
        update_conflicts=True,
        unique_fields=["project", "source", "kind", "source_id"],
        update_fields=["our_id", "mark", "files_mark", "outcome", "by"],
        batch_size=100,
    )


def moment(milliseconds: int | None) -> datetime | None:
    """None where the number is no time that there is."""
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1_000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def kept_pairs(
    session: Session, kind: str, name: str, source_id: str, pairs: dict[str, str], what: str
) -> dict[str, str]:
    """Those whose keys can be kept; the others are told."""
    found = {}
    for key, value in pairs.items():
        if key and len(key) <= 250 and "\0" not in key:
            found[key] = value.replace("\0", "\ufffd")
        else:
            session.report.note(
                kind,
                name,
                source_id,
                Refusal(
                    f"{what}_left_out",
                    _("The %(what)s “%(key)s” is left out: names have 1 to 250 characters.")
                    % {"what": what, "key": key[:80]},
                ),
            )
    return found


def deleted_here(kind: str) -> Refusal:
    return Refusal(
        "deleted_here",
        _("This %(kind)s was taken before, and deleted here since.") % {"kind": kind.replace("_", " ")},
        hint=_("Import with “again” to take it once more."),
    )


def in_bin(kind: str) -> Refusal:
    return Refusal(
        "in_recycle_bin",
        _("This %(kind)s was taken before, and is in the recycle bin here.") % {"kind": kind.replace("_", " ")},
        hint=_("Restore it, then import again."),
    )
