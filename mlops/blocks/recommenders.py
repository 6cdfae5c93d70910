"""What recommenders share: triples of user, item and rating, and the manifest of a model that rates pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl

from mlops.blocks.recipe import reduced
from mlops.blocks.score_columns import LABELS
from mlops.blocks.signatures import describe_field
from mlops.blocks.values import Table, TrainedModel
from mlops.formats.model import ModelManifest, Signature
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext
from mlops.formats.table import TableSchema

if TYPE_CHECKING:
    from mlops.formats.component import Component

REFERENCE_ROWS = 200


class Recommender(Protocol):
    """`rated[i]` are the places in `items` of what `users[i]` has rated in training. Ids are texts."""

    columns: tuple[str, str, str]
    users: tuple[str, ...]
    items: tuple[str, ...]
    rated: list[Any]

    def ratings(self, users: list[str | None], items: list[str | None]) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Triples:
    """`user_places[i]` rated `item_places[i]` with `ratings[i]`."""

    columns: tuple[str, str, str]
    users: tuple[str, ...]
    items: tuple[str, ...]
    user_places: Any
    item_places: Any
    ratings: Any

    def rated(self) -> list[Any]:
        order = np.argsort(self.user_places, kind="stable")
        ends = np.cumsum(np.bincount(self.user_places, minlength=len(self.users)))
        return [np.unique(part) for part in np.split(self.item_places[order], ends[:-1])]


def read_triples(table: Table, *, port: str) -> Triples:
    """Users, items and numeric ratings are the first three columns. Raises Refusal for gaps, duplicates, no rows."""
    names = table.frame.columns[:3]
    user, item, rating = names
    frame = table.frame.select(pl.col(user, item).cast(pl.String), pl.col(rating).cast(pl.Float64))
    if frame.height < 2:
        message = gettext("There are %(height)s ratings; at least two are needed.") % {"height": frame.height}
        hint = gettext("Check the steps before: they left no rows.")
        raise Refusal("too_few_rows", message, hint=hint, status=422, where=Where(port=port))
    for name in names:
        gaps = frame[name].is_null() | (frame[name].is_nan() if name == rating else False)
        infinite = frame[name].is_infinite() if name == rating else gaps
        if gaps.any() or infinite.any():
            row = (gaps | infinite).arg_max() or 0
            message = gettext("Row %(row)s has no valid value in column '%(name)s'.") % {"row": row + 1, "name": name}
            hint = gettext("Put Clean Missing Data with 'Remove entire row' before it.")
            where = Where(port=port, column=name, row=row)
            raise Refusal("missing_values", message, hint=hint, status=422, where=where)
    twice = frame.select(user, item).is_duplicated()
    if twice.any():
        row = twice.arg_max() or 0
        message = gettext("User '%(frame)s' has rated the item '%(frame_2)s' more than once.") % {
            "frame": frame[user][row],
            "frame_2": frame[item][row],
        }
        hint = gettext("Put Remove Duplicate Rows on both columns before it.")
        raise Refusal("rated_twice", message, hint=hint, status=422, where=Where(port=port, column=item, row=row))
    users, items = frame[user].unique().sort(), frame[item].unique().sort()
    return Triples(
        columns=(user, item, rating),
        users=tuple(users),
        items=tuple(items),
        user_places=_places(frame[user], users),
        item_places=_places(frame[item], items),
        ratings=frame[rating].to_numpy(),
    )


def as_model(
    definition: Component, estimator: Recommender, table: Table, parameters: Mapping[str, Any], *, framework: str
) -> TrainedModel:
    """A model that rates a pair of user and item. Where the way back to one dataset is lost, it takes both as they
    were in the table."""
    from importlib.metadata import version

    user, item, rating = estimator.columns
    start = table.meta.source or table.schema
    recipe, source = reduced(table.meta.recipe, start, features=(user, item), label=rating)
    if table.meta.source is None:
        recipe = ()
        source = TableSchema(columns=tuple(column for column in table.schema.columns if column.name in (user, item)))
    known = table.frame if table.reference is None else table.reference
    pairs = known.select(source.names).head(REFERENCE_ROWS)
    inputs = tuple(describe_field(column, known[column.name], required=True) for column in source.columns)
    ratings = pl.Series(table.frame[rating]).rename(LABELS)
    scored = describe_field(_decimal(LABELS), ratings.cast(pl.Float64), required=False)
    manifest = ModelManifest(
        task="recommendation",
        algorithm=definition.name,
        label=rating,
        label_type="decimal",
        source=source,
        recipe=recipe,
        features=(),
        signature=Signature(inputs=inputs, outputs=(scored,)),
        framework=framework,
        framework_version=version(framework),
        parameters=dict(parameters),
        trained_rows=table.frame.height,
        sources=table.meta.sources,
    )
    return TrainedModel(manifest=manifest, estimator=estimator, reference=pairs.drop_nulls())


def rate_pairs(manifest: ModelManifest, estimator: Recommender, frame: pl.DataFrame) -> pl.DataFrame:
    """The predicted rating of each pair, for requests and pipelines alike. Raises Refusal `missing_value`."""
    from mlops.blocks.transforms import missing_value

    user, item, _ = estimator.columns
    for name in (user, item):
        if frame[name].null_count():
            raise missing_value(name, row=frame[name].is_null().arg_max() or 0)
    users, items = (frame[name].cast(pl.String).to_list() for name in (user, item))
    return pl.DataFrame({LABELS: np.asarray(estimator.ratings(users, items), dtype=np.float64)})


def _places(values: pl.Series, known: pl.Series) -> Any:
    return values.replace_strict(known, np.arange(known.len()), return_dtype=pl.Int64).to_numpy()


def _decimal(name: str) -> Any:
    from mlops.formats.table import Column

    return Column(name=name, type="decimal")
