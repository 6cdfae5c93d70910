"""Rows in Parquet files, one column in memory at a time, by the names that people use; whole, sampled or a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.formats.collection import INPUT, LABEL, PREDICTION
from mlops.formats.looking import Rows
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    import polars as pl

SMALL_BYTES = 16_000_000
"""Files that are no larger, all together, are read once and not once for each column."""
PREFIXES = (INPUT, PREDICTION, LABEL)


@dataclass(frozen=True)
class Table:
    files: tuple[Path, ...]
    stored: dict[str, str]
    """From the name that is used to the name in the files."""
    chosen: Any = None
    """Numbers of the rows that are looked at, ascending; None: all."""
    name: str = "the rows"
    identity: str = ""
    """What tells just these files from all others."""
    held: tuple[frozenset[str], ...] = ()
    """The columns of each file."""
    _small: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.stored)

    @cached_property
    def all_rows(self) -> int:
        import polars as pl

        return sum(int(pl.scan_parquet(file).select(pl.len()).collect().item()) for file in self.files)

    @property
    def rows(self) -> int:
        return self.all_rows if self.chosen is None else int(self.chosen.size)

    def column(self, name: str) -> pl.Series:
        """Files may hold it in different types, or not at all: then the rows have no value in it."""
        series = self._whole(name)
        return series if self.chosen is None else series.gather(self.chosen)

    def frame(self, names: Sequence[str]) -> pl.DataFrame:
        import polars as pl

        return pl.DataFrame([self.column(name) for name in names])

    def sampled(self, most: int | None, *, seed: int) -> Table:
        """At most so many rows, drawn evenly without replacement."""
        import numpy as np

        if most is None or self.rows <= most:
            return self
        drawn = np.sort(np.random.default_rng(seed).choice(self.rows, most, replace=False))
        return replace(self, chosen=drawn if self.chosen is None else self.chosen[drawn])

    def drawn(self, rows: int, *, seed: int) -> Table:
        """So many rows, drawn with replacement."""
        import numpy as np

        places = np.sort(np.random.default_rng(seed).integers(0, self.rows, rows))
        return replace(self, chosen=places if self.chosen is None else self.chosen[places])

    def where(self, rows: Any) -> Table:
        """Those of the rows for which `rows`, booleans in order, is true."""
        import numpy as np

        places = np.flatnonzero(rows)
        return replace(self, chosen=places if self.chosen is None else self.chosen[places])

    def _whole(self, name: str) -> pl.Series:
        import polars as pl

        if name not in self.stored:
            raise no_column(name, self)
        stored = self.stored[name]
        if sum(file.stat().st_size for file in self.files) <= SMALL_BYTES:
            if "" not in self._small:
                self._small[""] = _read_all(self.files)
            return self._small[""][stored].alias(name)
        parts = [_read(file, stored, held) for file, held in zip(self.files, self.held, strict=True)]
        return pl.concat(parts, how="vertical_relaxed").to_series().alias(name) if parts else pl.Series(name, [])


def open_table(rows: Rows, *, name: str) -> Table:
    """Refuses files that are not there or are no Parquet, and names of columns that no file has."""
    files = tuple(Path(file) for file in rows.files)
    columns = [_columns(file, name) for file in files]
    held = dict.fromkeys(column for of_file in columns for column in of_file)
    for used, stored in rows.columns.items():
        if stored not in held:
            raise Refusal(
                "no_such_column",
                _("%(name)s has no column '%(stored)s' (used as '%(used)s').")
                % {"name": name, "stored": stored, "used": used},
                hint=nearest(stored, held) or (_("It has: %(names)s.") % {"names": ", ".join(list(held)[:30])}),
                where=Where(column=stored),
            )
    identity = rows.identity or "\n".join(_fact(file) for file in files)
    stored_names = rows.columns or {_short(stored): stored for stored in held}
    of_files = tuple(frozenset(of_file) for of_file in columns)
    return Table(files=files, stored=stored_names, name=name, identity=identity, held=of_files)


def no_column(name: str, table: Table) -> Refusal:
    hint = nearest(name, table.names) or (_("It has: %(names)s.") % {"names": ", ".join(table.names[:30])})
    return Refusal(
        "no_such_column",
        _("%(name)s has no column '%(name_2)s'.") % {"name": table.name, "name_2": name},
        hint=hint,
        where=Where(column=name),
    )


def _columns(file: Path, name: str) -> list[str]:
    import polars as pl

    try:
        return list(pl.read_parquet_schema(file))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Refusal(
            "not_readable",
            _("A file of %(name)s, %(name_2)s, cannot be read as Parquet: %(error)s")
            % {"name": name, "name_2": file.name, "error": error},
            hint=_("Look again; if it stays so, the file is damaged or was removed: take another baseline or window."),
        ) from error


def _fact(file: Path) -> str:
    known = file.stat()
    return f"{file} {known.st_size} {known.st_mtime_ns}"


def _short(stored: str) -> str:
    for prefix in PREFIXES:
        stored = stored.removeprefix(prefix)
    return stored


def _read(file: Path, column: str, held: frozenset[str]) -> pl.DataFrame:
    import polars as pl

    if column in held:
        return pl.read_parquet(file, columns=[column], memory_map=False)
    rows = int(pl.scan_parquet(file).select(pl.len()).collect().item())
    return pl.DataFrame({column: pl.Series(column, [None] * rows, pl.Null)})


def _read_all(files: Sequence[Path]) -> pl.DataFrame:
    import polars as pl

    return pl.concat([pl.read_parquet(file) for file in files], how="diagonal_relaxed")
