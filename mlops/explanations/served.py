"""The scoring explainer: what a deployment of an explained version needs to explain its own answers."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlops.explanations import queries
from mlops.formats.explanation import BACKGROUND_FILE, EXPLAINER_FILE, ScoringExplainer
from mlops.registry.models import ModelVersion

MOST_BACKGROUND = 10
"""An answer with an explanation has to come within a request."""


def lay_out(version: ModelVersion, folder: Path) -> None:
    """Of the version's newest explanation that was asked for with `for_deployments`; nothing where there is none, for
    rows of data go nowhere unasked."""
    one = queries.latest_for_deployments(version)
    rows = queries.table_of(one, BACKGROUND_FILE) if one is not None else None
    if one is None or rows is None:
        return
    chosen = rows.gather_every(max(1, rows.height // MOST_BACKGROUND)).head(MOST_BACKGROUND)
    background = tuple(
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in chosen.to_dicts()
    )
    explainer = ScoringExplainer(explanation=one.name, columns=tuple(rows.columns), background=background)
    (folder / EXPLAINER_FILE).write_bytes(msgspec.json.encode(explainer))
