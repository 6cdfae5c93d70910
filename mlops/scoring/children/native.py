"""Scores with the original model (its recipe and estimator), loaded once in this process."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.model import MANIFEST_FILE, Field, ModelManifest
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.children.pipe import Answer, serve


def main(folder: str) -> None:
    serve(lambda: load(Path(folder)))


def load(folder: Path) -> tuple[Answer, dict[str, Any]]:
    """Loads the model; the result answers {"columns": {...}, "rows": n} with the output columns."""
    if not (folder / MANIFEST_FILE).is_file():
        raise Refusal(
            "model_missing",
            _("%(manifest_file)s is not in the model's folder.") % {"manifest_file": MANIFEST_FILE},
            hint=_("Deploy it again."),
        )
    manifest = msgspec.json.decode((folder / MANIFEST_FILE).read_bytes(), type=ModelManifest)

    from mlops.blocks.scoring import load_model

    model = load_model(folder)
    fields = manifest.signature.inputs

    def answer(message: dict[str, Any], _raw: bytes) -> tuple[dict[str, list[Any]], bytes]:
        scored = model.score(_frame(fields, message["columns"]))
        return {name: scored.get_column(name).to_list() for name in scored.columns}, b""

    return answer, {}


def _frame(fields: tuple[Field, ...], columns: dict[str, list[Any]]) -> Any:
    import polars as pl

    kinds: dict[str, Any] = {
        "integer": pl.Int64,
        "decimal": pl.Float64,
        "string": pl.String,
        "boolean": pl.Boolean,
        "date": pl.Datetime("us"),
    }
    return pl.DataFrame(
        [
            pl.Series(field.name, _moments(columns[field.name], field), dtype=kinds[field.type], strict=False)
            for field in fields
        ]
    )


def _moments(values: list[Any], field: Field) -> list[Any]:
    if field.type != "date":
        return values
    return [None if value is None else datetime.fromisoformat(value) for value in values]
