"""A model's answers to a baseline that has none: scored in a child process, kept for later looks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from django.utils.translation import gettext as _

from mlops.batch.child import Child
from mlops.blobs.trees import fetch_tree
from mlops.formats.batch import ORDER_FILE, ScoringOrder
from mlops.formats.refusal import Refusal
from mlops.monitoring import places
from mlops.packaging.served import facts_of
from mlops.registry.models import ModelVersion
from mlops.registry.recognising import recognise

MOST_ROWS = 200_000
"""Of a larger baseline so many are scored, in pieces that lie evenly over it."""
PIECE = 10_000
PIECE_SECONDS = 600.0
ENTRIES = ("native", "mlflow", "onnx")

Beat = Callable[[], None]


def scored_rows(version: ModelVersion, source: Path, *, rows: int, identity: str, beat: Beat) -> tuple[Path, ...]:
    """Parquet with the columns of `source` and the model's. Raises Refusal where the model cannot be asked here."""
    kept = places.scored(version.tree_id, identity)
    if not kept.is_dir():
        made = Path(tempfile.mkdtemp(prefix="scoring-", dir=places.scratch()))
        try:
            _score(version, source, rows=rows, target=made, beat=beat)
            shutil.rmtree(made / "model", ignore_errors=True)
            made.rename(kept)
        except OSError:
            if not kept.is_dir():
                raise  # else another worker was quicker
        finally:
            shutil.rmtree(made, ignore_errors=True)
    os.utime(kept)
    return tuple(sorted(kept.glob("*.parquet")))


def lay_out(version: ModelVersion, folder: Path) -> None:
    """For `python -m mlops.scoring.minibatches[.once]`. Raises Refusal `model_not_asked`."""
    known = recognise(version)
    entry = known.entry if known else "native"
    facts = facts_of(version, entry=entry, conversion=None)
    if entry not in ENTRIES or (facts.signature is None and not facts.by_itself):
        raise Refusal(
            "model_not_asked",
            _("%(version)s cannot be asked without its own script, so that the baseline has no predictions of it.")
            % {"version": version},
            hint=_("Choose a baseline with predictions: an earlier window, or a dataset with the column."),
        )
    fetch_tree(version.tree_id, folder / "model")
    order = ScoringOrder(
        entry=entry,  # type: ignore[arg-type]
        input_kind="table",
        signature=facts.signature,
        task=facts.task,
        classes=facts.classes,
        framework=facts.framework,
        graph=facts.graph if entry == "onnx" else "",
    )
    (folder / ORDER_FILE).write_bytes(msgspec.json.encode(order))


def pieces(rows: int) -> list[tuple[int, int]]:
    """(first row, number of rows) of what is scored."""
    if rows <= MOST_ROWS:
        return [(first, min(PIECE, rows - first)) for first in range(0, rows, PIECE)]
    count = MOST_ROWS // PIECE
    return [(round(place * (rows - PIECE) / (count - 1)), PIECE) for place in range(count)]


def _score(version: ModelVersion, source: Path, *, rows: int, target: Path, beat: Beat) -> None:
    lay_out(version, target)

    def go_on() -> bool:
        beat()
        return True

    child = Child(target, variables={}, go_on=go_on, reads=(str(source),))
    try:
        child.start()
        for place, (first, count) in enumerate(pieces(rows)):
            out = child.answers / f"{place:04d}.parquet"
            message = {"kind": "table", "path": str(source), "name": source.name, "start": first, "rows": count}
            child.ask(message | {"out": str(out), "errors": str(child.answers / "errors")}, seconds=PIECE_SECONDS)
            out.rename(target / out.name)
    finally:
        child.kill()
        shutil.rmtree(child.answers, ignore_errors=True)
