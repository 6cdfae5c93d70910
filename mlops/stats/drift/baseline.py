"""The baseline's columns by name: from its rows, or from the summary that an earlier look kept.

With a folder for summaries all looks compare with the thinned columns, the first as well as later ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlops.formats.looking import FeatureKind
from mlops.stats.drift.column import Column, baseline_column
from mlops.stats.drift.summary import FORM, Summary, kept, place_of, read_summary, thinned, widened, write_summary
from mlops.stats.quality.duplicates import unique_rows
from mlops.stats.table import Table


@dataclass
class BaselineColumns:
    table: Table
    kinds: Mapping[str, FeatureKind] = field(default_factory=dict)
    folder: Path | None = None
    """None: nothing is kept, and comparisons are exact."""
    was_read: bool = False
    _path: Path | None = None
    _summary: Summary | None = None
    _is_changed: bool = False

    def of(self, name: str) -> Column:
        column = self._kept(name)
        if column is None:
            self.was_read = True
            column = baseline_column(self.table.column(name), kind=self.kinds.get(name))
            column = self._keep(name, column)
        return column

    def unique_rows(self, names: Sequence[str]) -> int:
        """Different rows in these columns."""
        self._open()
        key = "\n".join(names)
        if self._summary is not None and key in self._summary.unique_rows:
            return self._summary.unique_rows[key]
        self.was_read = True
        count = unique_rows(self.table.column(name) for name in names)
        if self._summary is not None:
            self._summary.unique_rows[key] = count
            self._is_changed = True
        return count

    def save(self) -> None:
        """What was read for the first time is there for later looks."""
        if self._path is not None and self._summary is not None and self._is_changed:
            write_summary(self._path, self._summary)
            self._is_changed = False

    def _kept(self, name: str) -> Column | None:
        self._open()
        if self._summary is None:
            return None
        found = self._summary.columns.get(name)
        wanted = self.kinds.get(name)
        return widened(found) if found is not None and wanted in (None, found.kind) else None

    def _keep(self, name: str, column: Column) -> Column:
        if self._summary is None:
            return column
        self._summary.columns[name] = kept(column)
        self._is_changed = True
        return thinned(column)

    def _open(self) -> None:
        if self.folder is not None and self._summary is None:
            self._path = place_of(self.folder, self._identity())
            self._summary = read_summary(self._path) or Summary(form=FORM, rows=self.table.rows, columns={})

    def _identity(self) -> list[str]:
        names = [f"{name}={stored}" for name, stored in self.table.stored.items()]
        chosen = b"" if self.table.chosen is None else self.table.chosen.tobytes()
        return [self.table.identity, *names, hashlib.sha256(chosen).hexdigest()]
