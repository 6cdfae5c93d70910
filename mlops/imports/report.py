"""What an import has done so far: counts of each kind, and what was not taken, with the reason."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.imports.models import Finding, Import, Outcome

MOST_FINDINGS = 5_000
MOST_ALIKE = 100
"""Of one import, and of them of one kind; more are counted alone."""
LONGEST_NAME = 500


class Report:
    def __init__(self, of: Import) -> None:
        self._of = of
        self._counts: dict[str, Counter[str]] = {}
        self._findings: list[Finding] = []
        self._seen: set[tuple[str, str, str]] = set()

    def count(self, kind: str, outcome: str, number: int = 1) -> None:
        self._counts.setdefault(kind, Counter())[outcome] += number

    def leave_out(self, kind: str, name: str, source_id: str, refusal: Refusal) -> None:
        self.count(kind, Outcome.LEFT_OUT)
        self.note(kind, name, source_id, refusal)

    def note(self, kind: str, name: str, source_id: str, refusal: Refusal) -> None:
        key = (kind, source_id[:LONGEST_NAME], refusal.code)
        if key in self._seen:
            return
        self._seen.add(key)
        self.count("finding", refusal.code)
        if len(self._seen) > MOST_FINDINGS or self._counts["finding"][refusal.code] > MOST_ALIKE:
            return
        self._findings.append(
            Finding(
                of=self._of,
                kind=kind,
                name=plain(name) or _("(without a name)"),
                source_id=plain(source_id),
                code=refusal.code[:60],
                message=plain(refusal.message, most=2_000),
                hint=plain(refusal.hint, most=2_000),
            )
        )

    def flush(self) -> dict[str, dict[str, int]]:
        """Writes the findings that are new, and gives the counts."""
        Finding.objects.bulk_create(self._findings, ignore_conflicts=True, batch_size=500)
        self._findings = []
        return {kind: dict(counter) for kind, counter in self._counts.items()}


def plain(text: str, *, most: int = LONGEST_NAME) -> str:
    """As a database takes it."""
    return text.replace("\0", "\ufffd")[:most]
