"""What a learner learns from: the features of chosen columns, without gaps where it cannot bear them, and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from mlops.blocks.catalogue import block
from mlops.blocks.features import build_features, missing_in
from mlops.blocks.prediction import tolerates_missing, unbearable
from mlops.blocks.values import Learner, Table
from mlops.formats.model import Feature
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext


def features_of(table: Table, names: Sequence[str], learner: Learner) -> tuple[Feature, ...]:
    """Refusal: no_features, missing_values, too_many_categories, table_too_wide."""
    features = build_features(table.frame, table.schema, names)
    if not features:
        message = gettext("There is no column left to learn from.")
        hint = gettext("Select at least one more column in Select Columns in Dataset.")
        raise Refusal("no_features", message, hint=hint, status=422, where=Where(port="dataset"))
    gap = None if tolerates_missing(learner.component, learner.parameters) else missing_in(table.frame, features)
    if gap is not None:
        column, count, row = gap
        title = block(learner.component).DEFINITION.title
        message = gettext("Column '%(column)s' has %(count)s missing values, and %(title)s cannot learn from gaps.") % {
            "column": column,
            "count": count,
            "title": title,
        }
        hint = gettext("Put Clean Missing Data before this step, or leave the column out.")
        where = Where(port="dataset", column=column, row=row)
        raise Refusal("missing_values", message, hint=hint, status=422, where=where)
    return features


def require_finite(cells: Any, features: tuple[Feature, ...], learner: Learner) -> None:
    wrong = unbearable(cells, learner.component, learner.parameters)
    if not wrong.any():
        return
    row, place = (int(found) for found in np.argwhere(wrong)[0])
    owners = [feature.column for feature in features for _ in range(feature.width)]
    message = gettext("Row %(row)s, column '%(owners)s': the value is infinite or too large to learn from.") % {
        "row": row + 1,
        "owners": owners[place],
    }
    where = Where(port="dataset", column=owners[place], row=row)
    raise Refusal(
        "infinite_value", message, hint=gettext("Remove or replace such values first."), status=422, where=where
    )


def weights_of(table: Table) -> Any:
    """The values of a column marked as weight, or None."""
    marked = [column.name for column in table.schema.columns if column.role == "weight"]
    if not marked:
        return None
    where = Where(port="dataset", column=marked[0])
    if len(marked) > 1:
        message = gettext("Columns '%(marked)s' and '%(marked_2)s' are both marked as weights; only one can be.") % {
            "marked": marked[0],
            "marked_2": marked[1],
        }
        raise Refusal(
            "several_weights", message, hint=gettext("Clear one with Edit Metadata."), status=422, where=where
        )
    values = table.frame[marked[0]]
    if not values.dtype.is_numeric() or values.null_count() or not (values >= 0).all() or not values.sum():
        message = gettext("The weight column '%(marked)s' must hold a number of at least 0 in every row.") % {
            "marked": marked[0]
        }
        raise Refusal("weights_invalid", message, hint=gettext("Clean the column first."), status=422, where=where)
    return values.cast(pl.Float64).to_numpy()
