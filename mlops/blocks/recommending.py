"""How the recommenders are scored: ratings of given pairs, or the best items for each user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from mlops.blocks.casting import cast_column
from mlops.blocks.recommendation import ALL_ITEMS, RATED_ITEMS, RATING_PREDICTION, recommended_columns
from mlops.blocks.values import Table
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, ColumnType, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.recommenders import Recommender
    from mlops.blocks.values import Value

MOST_PAIRS = 1_000_000
REASON = "The table holds recommendations, which cannot be replayed for a request."


def score(call: Call, estimator: Recommender) -> dict[str, Value]:
    table = call.table("dataset_to_score")
    if call.parameters["recommender_prediction_kind"] == RATING_PREDICTION:
        scored = _rated(table, estimator)
    else:
        scored = _recommended(table, estimator, call)
    call.report.log(f"{scored.frame.height} rows.")
    return {"scored_dataset": scored}


def _rated(table: Table, estimator: Recommender) -> Table:
    """The first two columns are users and items."""
    user, item = table.frame.columns[:2]
    pairs = table.frame.select(user, item)
    _require_complete(pairs)
    users, items = (pairs[name].cast(pl.String).to_list() for name in (user, item))
    frame = pl.DataFrame(
        {"User": pairs[user], "Item": pairs[item], "Rating": np.asarray(estimator.ratings(users, items))}
    )
    return _told(table, frame)


def _recommended(table: Table, estimator: Recommender, call: Call) -> Table:
    chosen = call.parameters
    most, fewest = chosen["maximum_number_of_items_to_recommend"], chosen["minimum_size_of_the_recommendation_pool"]
    user = table.frame.columns[0]
    pairs = table.frame.select(table.frame.columns[: 2 if chosen["recommended_item_selection"] == RATED_ITEMS else 1])
    _require_complete(pairs)
    pools = _pools(pairs.cast(pl.String), estimator, chosen["recommended_item_selection"])
    rows = []
    for name, pool in pools.items():
        if len(pool) >= fewest:
            rows.append((name, *_best(estimator, name, pool, most=most)))
    if len(rows) < len(pools):
        call.report.log(f"{len(pools) - len(rows)} users have fewer than {fewest} items to choose from, and get none.")
    types = _type(table.schema, 0), _item_type(table.schema, estimator)
    frame = _as_frame(rows, types, most=most, with_ratings=chosen["return_predicted_ratings"])
    call.report.log(f"Recommended to {len(rows)} users of column '{user}'.")
    return _told(table, frame)


def _pools(pairs: pl.DataFrame, estimator: Recommender, selection: str) -> dict[str, list[str]]:
    """The items among which each user's best are looked for, in the order of the users."""
    users = pairs.to_series(0).unique(maintain_order=True).to_list()
    if selection == RATED_ITEMS:
        pools: dict[str, list[str]] = {user: [] for user in users}
        for user, item in pairs.unique(maintain_order=True).iter_rows():
            pools[user].append(item)
        return pools
    if selection == ALL_ITEMS:
        everything = list(estimator.items)
        return {user: everything for user in users}  # noqa: C420
    places = {user: place for place, user in enumerate(estimator.users)}
    rated = {user: {estimator.items[i] for i in estimator.rated[places[user]]} for user in users if user in places}
    return {user: [item for item in estimator.items if item not in rated.get(user, ())] for user in users}


def _best(estimator: Recommender, user: str, pool: list[str], *, most: int) -> tuple[list[str], list[float]]:
    parts = [pool[start : start + MOST_PAIRS] for start in range(0, len(pool), MOST_PAIRS)]
    found = np.concatenate([np.asarray(estimator.ratings([user] * len(part), list(part))) for part in parts])
    order = np.argsort(-found, kind="stable")[:most]
    return [pool[place] for place in order], [float(found[place]) for place in order]


def _as_frame(rows: list[Any], types: tuple[ColumnType, ColumnType], *, most: int, with_ratings: bool) -> pl.DataFrame:
    columns = [cast_column(pl.Series("User", [row[0] for row in rows], dtype=pl.String), types[0])]
    for column in recommended_columns(most, item_type=types[1], with_ratings=with_ratings)[1:]:
        place = int(column.name.rsplit(" ", 1)[1]) - 1
        part = 2 if column.name.startswith("Predicted") else 1
        values = [row[part][place] if place < len(row[part]) else None for row in rows]
        if part == 2:
            columns.append(pl.Series(column.name, values, dtype=pl.Float64))
        else:
            columns.append(cast_column(pl.Series(column.name, values, dtype=pl.String), types[1]))
    return pl.DataFrame(columns)


def _told(table: Table, frame: pl.DataFrame) -> Table:
    from mlops.stats.schema import describe_schema

    described = describe_schema(frame)
    marked = tuple(_marked(column) for column in described.columns)
    schema = TableSchema(columns=marked, row_count=frame.height)
    return table.broken(frame, schema=schema, reason=REASON)


def _marked(column: Column) -> Column:
    import msgspec

    if column.name != "Rating":
        return column
    return msgspec.structs.replace(column, role="scored_label", task="recommendation")


def _type(schema: TableSchema, place: int) -> ColumnType:
    return schema.columns[place].type


def _item_type(schema: TableSchema, estimator: Recommender) -> ColumnType:
    """Whole numbers stay whole numbers."""
    if len(schema.columns) > 1 and schema.columns[1].name == estimator.columns[1]:
        return schema.columns[1].type
    numbers = all(item.lstrip("-").isdecimal() and len(item) < 18 for item in estimator.items)
    return "integer" if numbers else "string"


def _require_complete(pairs: pl.DataFrame) -> None:
    for name in pairs.columns:
        if pairs[name].null_count():
            row = pairs[name].is_null().arg_max() or 0
            message = _("Row %(row)s has no value in column '%(name)s'.") % {"row": row + 1, "name": name}
            hint = _("Put Clean Missing Data with 'Remove entire row' before it.")
            where = Where(port="dataset_to_score", column=name, row=row)
            raise Refusal("missing_values", message, hint=hint, status=422, where=where)
