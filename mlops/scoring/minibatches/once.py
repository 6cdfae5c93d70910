"""`python -m mlops.scoring.minibatches.once FOLDER IN OUT`: scores one Parquet file and writes a number for each row.

OUT has one column `prediction`: the predicted number, of two classes the probability of the positive one, of several
the highest probability. FOLDER is laid out as for mini-batches."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mlops.formats.batch import ORDER_FILE, ScoringOrder
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.minibatches.tables import load_tables

if TYPE_CHECKING:
    import polars as pl

LABEL, PROBABILITY = "Scored Labels", "Scored Probabilities"


def main(folder: Path, source: Path, target: Path) -> None:
    import polars as pl

    order = msgspec.json.decode((folder / ORDER_FILE).read_bytes(), type=ScoringOrder)
    known = pl.scan_parquet(source).collect_schema().names()
    rows = int(pl.scan_parquet(source).select(pl.len()).collect().item())
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        out = Path(scratch) / "out"
        answer = load_tables(order, folder)
        message = {"path": str(source), "name": source.name, "start": 0, "rows": rows, "out": str(out)}
        scored = answer(message | {"errors": str(Path(scratch) / "errors")})
        if scored.failed:
            raise Refusal(
                "rows_not_scored",
                _("%(failed)s rows were not scored: %(reason)s")
                % {"failed": scored.failed, "reason": scored.errors[0].reason},
            )
        frame = pl.read_parquet(out)
    one_number(frame, [name for name in frame.columns if name not in known]).write_parquet(target)


def one_number(frame: pl.DataFrame, outputs: list[str]) -> pl.DataFrame:
    """`outputs`: the columns that the model added. Raises Refusal where none is a number."""
    import polars as pl

    if PROBABILITY in outputs:
        return frame.select(pl.col(PROBABILITY).cast(pl.Float64).alias("prediction"))
    chances = [name for name in outputs if name.startswith(PROBABILITY)]
    if chances:
        return frame.select(pl.max_horizontal(chances).cast(pl.Float64).alias("prediction"))
    numbers = [name for name in outputs if frame.schema[name].is_numeric()]
    chosen = LABEL if LABEL in numbers else next(iter(numbers), "")
    if not chosen:
        raise Refusal("no_number", _("The model answers with no number, so that no attribution can be told."))
    return frame.select(pl.col(chosen).cast(pl.Float64).alias("prediction"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
