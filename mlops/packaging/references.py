"""Rows to compare two forms of a model on: of a dataset that somebody named, the model's own sample, or made up.

For child processes only: it loads Polars."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _
from mlops.packaging.parity import Reference
from mlops.packaging.requests import DTYPES, frame_of, reference_rows

MOST_ROWS = 5_000


def of_dataset(path: Path, signature: Signature) -> Reference:
    """Rows from all over the table, in the types of the signature. Raises Refusal where a column is not there."""
    names = list(pl.read_parquet_schema(path))
    for field in signature.inputs:
        if field.name not in names:
            raise Refusal(
                "missing_column",
                _("The dataset has no column “%(name)s”, which the model takes.") % {"name": field.name},
                hint=nearest(field.name, names)
                or (_("Its columns are: %(names)s.") % {"names": ", ".join(names[:20])}),
                status=422,
                where=Where(column=field.name),
            )
    frame = pl.scan_parquet(path).select([field.name for field in signature.inputs]).collect()
    step = max(1, -(-frame.height // MOST_ROWS))
    rows = frame.gather_every(step).select(
        [pl.col(field.name).cast(DTYPES[field.type], strict=False) for field in signature.inputs]
    )
    return Reference(
        rows=rows,
        source="dataset",
        told=_("%(rows)s rows of the dataset that was named.") % {"rows": f"{rows.height:,}"},
    )


def of_sample(folder: Path, signature: Signature) -> Reference:
    """The rows of its training data that a model trained here keeps."""
    rows = reference_rows(folder, signature)
    return Reference(
        rows=rows, source="sample", told=_("%(rows)s rows of its training data.") % {"rows": f"{rows.height:,}"}
    )


def made_up(signature: Signature, example: Sequence[dict[str, Any]], knots: dict[str, Any]) -> Reference:
    from mlops.packaging.external.generating import generated_rows

    rows = generated_rows(signature, knots)
    if not example:
        told = _("%(made)s rows made up around what the model knows; real rows would say more: name a dataset.") % {
            "made": f"{rows.height:,}"
        }
        return Reference(rows=rows, source="generated", told=told)
    known = frame_of(signature, [{field.name: row.get(field.name) for field in signature.inputs} for row in example])
    told = _(
        "The %(given)s rows of the input example, and %(made)s rows made up around what the model knows; real rows"
        " would say more: name a dataset."
    ) % {"given": f"{known.height:,}", "made": f"{rows.height:,}"}
    return Reference(rows=pl.concat([known, rows]), source="generated", told=told)
