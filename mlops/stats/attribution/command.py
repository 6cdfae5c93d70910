"""A scorer that is a command: it reads features from one Parquet file and writes predictions to another."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    import polars as pl

    from mlops.stats.attribution.permuting import Scorer

SECONDS = 600.0


def scorer_of(command: Sequence[str]) -> Scorer:
    """Refuses what the command could not score, with the end of what it said."""

    def score(frame: pl.DataFrame) -> Any:
        import polars as pl

        with tempfile.TemporaryDirectory(prefix="mlops-scorer-") as folder:
            rows, answers = Path(folder) / "rows.parquet", Path(folder) / "answers.parquet"
            frame.write_parquet(rows)
            try:
                done = subprocess.run(
                    [*command, str(rows), str(answers)], capture_output=True, timeout=SECONDS, check=False
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise _failed(str(error)) from error
            if done.returncode or not answers.exists():
                raise _failed(done.stderr.decode(errors="replace")[-500:])
            found = pl.read_parquet(answers)["prediction"].cast(pl.Float64, strict=False).fill_null(0.0)
        if found.len() != frame.height:
            raise _failed(
                _("It gave %(count)s predictions for %(height)s rows.") % {"count": found.len(), "height": frame.height}
            )
        return found.to_numpy()

    return score


def _failed(why: str) -> Refusal:
    return Refusal(
        "scorer_failed",
        _("The model could not score rows for its attributions: %(why)s") % {"why": why},
        hint=_("Look at the model's environment, or leave the scorer out: then a surrogate is explained."),
    )
