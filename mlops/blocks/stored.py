"""A table that does not fit in its step's memory: it stays in its file, and goes through the step in pieces.

What a component does to each row by itself (fitted transforms, a mask, a model's scores) is noted, and carried out when
the result is written. A component that asks for `frame` gets all of it in memory, as of any table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.figures import Figures
from mlops.blocks.passed_figures import PassedFigures
from mlops.blocks.values import Table, flagged, sampled_rows
from mlops.confinement.room import room_bytes
from mlops.formats.kept import DATA_FILE, META_FILE, ORIGIN_FILE, REFERENCE_FILE, ROW
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema
from mlops.formats.transform import RequirePresent, RunPython, TableMeta, Transform
from mlops.stats.pieces import ROW_GROUP_ROWS, compact, write_pieces
from mlops.stats.schema import conform

SHARE, PIECE_SHARE, COLUMNS_SHARE = 0.15, 0.02, 0.05
"""Of the memory that the step may still take: how large a table may be to be read whole, how large a piece is, and how
large some columns are that must be held together (to tell equal rows takes Polars up to eleven times of them)."""
COPIES = 2.5
"""How often a table is there, at the least, while a component works that takes it whole."""
FEWEST_ROWS, LOOKED_AT = 1_000, 2_000
INVENTED = 2**32 - 1
"""In a list of the source's rows: none, as the row was made up."""
FEW = 2
"""Where less than one row in so many is left of a piece, it is made anew: it would keep all the texts of it."""
EXPANSION = 20
"""A file that is smaller than the bound by this factor is not looked into."""

Step = Callable[[pl.DataFrame], pl.DataFrame]
"""On one piece. It has the column ROW where the table knows its source's rows."""


def row_bytes(file: Path, names: Sequence[str] | None = None) -> float:
    """In memory, after a look at its first rows."""
    first = pl.scan_parquet(file).select(pl.all() if names is None else names).head(LOOKED_AT).collect()
    return first.estimated_size() / max(first.height, 1)


def surely_fits(file: Path) -> bool:
    """Whichever format it has."""
    return file.stat().st_size * EXPANSION < SHARE * room_bytes()


def is_large(file: Path) -> bool:
    return not surely_fits(file) and row_bytes(file) * rows_in(file) > SHARE * room_bytes()


def rows_in(file: Path) -> int:
    return int(pl.scan_parquet(file).select(pl.len()).collect().item())


class StoredTable(Table):
    """`starts` make the steps of one pass: a step may count the rows that went by."""

    def __init__(
        self, folder: Path, meta: TableMeta, *, knows_origin: bool, starts: Sequence[Callable[[], Step]] = ()
    ) -> None:
        given = {"folder": folder, "meta": meta, "_knows_origin": knows_origin, "_starts": tuple(starts)}
        for name, value in {**given, "evaluation": None, "finding": None}.items():
            object.__setattr__(self, name, value)  # a frozen dataclass

    folder: Path
    _knows_origin: bool
    _starts: tuple[Callable[[], Step], ...]

    # What needs all rows

    @property
    def frame(self) -> pl.DataFrame:
        return self.in_memory().frame

    @property
    def origin(self) -> pl.Series | None:
        return self.in_memory().origin

    @property
    def reference(self) -> pl.DataFrame | None:
        """The sample of the source, which no step changes."""
        if not self._knows_origin:
            return None
        kept = self.folder / REFERENCE_FILE
        return pl.read_parquet(kept) if kept.exists() else _sample(self.folder / DATA_FILE)

    def in_memory(self) -> Table:
        """Of the usual kind, whole in memory. Kept, as a component asks for it again and again."""
        found: Table | None = self.__dict__.get("_loaded")
        if found is None:
            self._require_room()
            frame = pl.concat(list(self._pieces()))
            origin = frame[ROW] if self._knows_origin else None
            frame = frame.drop(ROW, strict=False)
            schema = msgspec.structs.replace(self.schema, row_count=frame.height)
            meta = msgspec.structs.replace(self.meta, schema=schema)
            found = Table(frame=frame, meta=meta, origin=origin, reference=self.reference)
            object.__setattr__(self, "_loaded", found)
        return found

    def _require_room(self) -> None:
        """Refuses before the memory is gone."""
        needed, room = self._row_bytes() * self.height * COPIES, room_bytes()
        if needed <= room:
            return
        message = _(
            "The table has %(rows)s rows, which take %(needed)s GB here; the step may take %(room)s GB more. This "
            "component needs all rows in memory at once."
        ) % {"rows": f"{self.height:,}", "needed": f"{needed / 1e9:.2g}", "room": f"{room / 1e9:.2g}"}
        hint = _(
            "Put Partition and Sample before it, keep fewer columns, or do it with Apply SQL Transformation. "
            "Or let steps take more: MLOPS_STEP_MEMORY_BYTES, or a worker with more memory."
        )
        raise Refusal("table_too_large", message, hint=hint, status=422, where=Where())

    def _row_bytes(self) -> float:
        first = self._first()
        return first.estimated_size() / max(first.height, 1)

    @property
    def height(self) -> int:
        known = self.schema.row_count
        if known is None:
            known = sum(piece.height for piece in self._pieces())
            schema = msgspec.structs.replace(self.schema, row_count=known)
            object.__setattr__(self, "meta", msgspec.structs.replace(self.meta, schema=schema))
        return known

    def figures(self, name: str) -> Figures:
        """Kept, as each of them is a look at the whole column."""
        known: dict[str, Figures] = self.__dict__.setdefault("_figures", {})
        return known.setdefault(name, PassedFigures(self, name))

    def parts(self, names: Sequence[str]) -> int:
        needed = row_bytes(self.folder / DATA_FILE, names if not self._starts else None) * self.height
        return int(needed // (COLUMNS_SHARE * room_bytes())) + 1

    # What goes on in pieces

    def transformed(self, *transforms: Transform, at_scoring: bool = False) -> Table:
        if any(isinstance(one, RunPython) for one in transforms):
            return self.in_memory().transformed(*transforms, at_scoring=at_scoring)
        from mlops.blocks.transforms import apply

        drops = any(isinstance(one, RequirePresent) for one in transforms)
        recipe = self.meta.recipe if self.meta.source is None else self.meta.recipe + transforms
        changed = self._with(lambda: lambda piece: apply(transforms, piece, at_scoring=at_scoring), drops=drops)
        object.__setattr__(changed, "meta", msgspec.structs.replace(changed.meta, recipe=recipe))
        return changed

    def filtered(self, mask: pl.Series) -> Table:
        def start() -> Step:
            begun = 0

            def step(piece: pl.DataFrame) -> pl.DataFrame:
                nonlocal begun
                begun += piece.height
                return piece.filter(mask.slice(begun - piece.height, piece.height))

            return step

        chosen = self._with(start, drops=True)
        schema = msgspec.structs.replace(chosen.schema, row_count=int(mask.sum()))
        object.__setattr__(chosen, "meta", msgspec.structs.replace(chosen.meta, schema=schema))
        return chosen

    def described(self, columns: tuple[Column, ...]) -> Table:
        schema = TableSchema(columns=columns, row_count=self.schema.row_count)
        meta = msgspec.structs.replace(self.meta, schema=schema)
        return StoredTable(self.folder, meta, knows_origin=self._knows_origin, starts=self._starts)

    def each(self, step: Step, *, meta: TableMeta) -> Table:
        """A table with as many rows as this one, from which no way leads back."""
        bare: Step = lambda piece: step(piece.drop(ROW, strict=False))  # noqa: E731
        schema = msgspec.structs.replace(meta.schema, row_count=self.schema.row_count)
        meta = msgspec.structs.replace(meta, schema=schema)
        return StoredTable(self.folder, meta, knows_origin=False, starts=(*self._starts, lambda: bare))

    def without_way_back(self, *, schema: TableSchema, reason: str) -> TableMeta:
        return TableMeta(schema=schema, source=None, broken=self.meta.broken or reason, sources=self.meta.sources)

    def pieces(self) -> Iterator[pl.DataFrame]:
        for piece in self._pieces():
            yield piece.drop(ROW, strict=False)

    def select_pieces(self, names: Sequence[str]) -> Iterator[pl.DataFrame]:
        if self._starts:
            yield from (piece.select(names) for piece in self._pieces())
            return
        table, size = pl.scan_parquet(self.folder / DATA_FILE).select(names), self._size(names)
        for begin in range(0, max(rows_in(self.folder / DATA_FILE), 1), size):
            yield conform(table.slice(begin, size).collect())

    def _size(self, names: Sequence[str] | None = None) -> int:
        """Rows of a piece."""
        size = int(PIECE_SHARE * room_bytes() / max(row_bytes(self.folder / DATA_FILE, names), 1.0))
        return min(max(size, FEWEST_ROWS), ROW_GROUP_ROWS)

    def _pieces(self) -> Iterator[pl.DataFrame]:
        file = self.folder / DATA_FILE
        size, steps = self._size(), [start() for start in self._starts]
        for begin in range(0, max(rows_in(file), 1), size):
            piece = self._read(begin, size)
            rows = piece.height
            try:
                for step in steps:
                    piece = step(piece)
            except Refusal as refusal:
                raise _placed(refusal, begin) from refusal
            yield compact(piece) if piece.height * FEW < rows else piece

    def write(self, path: Path) -> None:
        """Piece by piece. The numbers of the source's rows wait in a file until the other one is written."""
        height = 0
        with tempfile.TemporaryFile(dir=path) as origins:

            def given() -> Iterator[pl.DataFrame]:
                nonlocal height
                for piece in self._pieces():
                    if self._knows_origin:
                        origins.write(piece[ROW].cast(pl.UInt32).fill_null(INVENTED).to_numpy().tobytes())
                    height += piece.height
                    yield piece.drop(ROW, strict=False)

            write_pieces(given(), self._first().drop(ROW, strict=False), path / DATA_FILE)
            reference = self.reference
            if self._knows_origin and reference is not None:
                origins.seek(0)
                write_pieces(_numbers(origins), pl.DataFrame({ROW: pl.Series([], dtype=pl.UInt32)}), path / ORIGIN_FILE)
                reference.write_parquet(path / REFERENCE_FILE)
        schema = msgspec.structs.replace(self.schema, row_count=height)
        (path / META_FILE).write_bytes(msgspec.json.encode(msgspec.structs.replace(self.meta, schema=schema)))

    def file(self, folder: Path) -> Path:
        """Its rows as one file: the one that it was read from, or a new one in the folder."""
        if not self._starts:
            return self.folder / DATA_FILE
        folder.mkdir(parents=True, exist_ok=True)
        self.write(folder)
        return folder / DATA_FILE

    def _with(self, start: Callable[[], Step], *, drops: bool) -> StoredTable:
        changed = StoredTable(self.folder, self.meta, knows_origin=self._knows_origin, starts=(*self._starts, start))
        schema = flagged(changed._first().drop(ROW, strict=False), self.schema)
        schema = msgspec.structs.replace(schema, row_count=None if drops else self.schema.row_count)
        object.__setattr__(changed, "meta", msgspec.structs.replace(self.meta, schema=schema))
        return changed

    def _first(self) -> pl.DataFrame:
        piece = self._read(0, LOOKED_AT)
        for start in self._starts:
            piece = start()(piece)
        return piece

    def _read(self, begin: int, rows: int) -> pl.DataFrame:
        piece = conform(pl.scan_parquet(self.folder / DATA_FILE).slice(begin, rows).collect())
        if not self._knows_origin:
            return piece
        kept = self.folder / ORIGIN_FILE
        if kept.exists():
            return piece.with_columns(pl.scan_parquet(kept).slice(begin, rows).collect().to_series().alias(ROW))
        return piece.with_columns(pl.int_range(begin, begin + piece.height, dtype=pl.UInt32, eager=True).alias(ROW))

    # What the other kind does with its frame

    def replaced(self, *arguments: Any, **named: Any) -> Table:
        return self.in_memory().replaced(*arguments, **named)

    def broken(self, *arguments: Any, **named: Any) -> Table:
        """The frame is given, so nothing of this one is loaded."""
        return Table(frame=pl.DataFrame(), meta=self.meta).broken(*arguments, **named)

    def shares_way_back_with(self, other: Table) -> bool:
        return self.in_memory().shares_way_back_with(other)

    def followed_by(self, *arguments: Any, **named: Any) -> Table:
        return self.in_memory().followed_by(*arguments, **named)

    def taken(self, rows: pl.Series) -> Table:
        return self.in_memory().taken(rows)

    def with_frame(self, *arguments: Any, **named: Any) -> Table:
        return self.in_memory().with_frame(*arguments, **named)


def _numbers(file: Any) -> Iterator[pl.DataFrame]:
    while block := file.read(4 * ROW_GROUP_ROWS):
        rows = pl.Series(ROW, np.frombuffer(block, dtype=np.uint32))
        yield rows.to_frame().select(pl.when(pl.col(ROW) != INVENTED).then(ROW))


def _sample(file: Path) -> pl.DataFrame:
    """As of a table that is its own source (values.new_table): the same rows, without the others in memory."""
    rows = sampled_rows(rows_in(file))
    found: list[pl.DataFrame] = []
    for begin in range(0, max(rows_in(file), 1), ROW_GROUP_ROWS // 4):
        here = rows.filter(rows.is_between(begin, begin + ROW_GROUP_ROWS // 4, closed="left"))
        if here.len() or not found:
            piece = conform(pl.scan_parquet(file).slice(begin, ROW_GROUP_ROWS // 4).collect())
            found.append(compact(piece[here - begin].with_columns(here)))
    return pl.concat(found)


def _placed(refusal: Refusal, begin: int) -> Refusal:
    if refusal.where.row is not None:
        refusal.where = msgspec.structs.replace(refusal.where, row=refusal.where.row + begin)
    return refusal
