"""What the components of recommendation share in their definitions: kinds of prediction and columns by position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.blocks.problems import problem
from mlops.formats.component import Choice, Derived, Parameter, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, ColumnType, TableSchema

RATING_PREDICTION, ITEM_RECOMMENDATION = "Rating Prediction", "Item Recommendation"
ALL_ITEMS = "From All Items"
RATED_ITEMS = "From Rated Items (for model evaluation)"
UNRATED_ITEMS = "From Unrated Items (to suggest new items to users)"
_ITEMS: dict[str, tuple[Any, ...]] = {"recommender_prediction_kind": (ITEM_RECOMMENDATION,)}

SCORING_PARAMETERS = (
    Parameter(
        name="recommender_prediction_kind",
        type="choice",
        label="Recommender prediction kind",
        required=True,
        default=ITEM_RECOMMENDATION,
        choices=(
            Choice(value=RATING_PREDICTION, label=RATING_PREDICTION),
            Choice(value=ITEM_RECOMMENDATION, label=ITEM_RECOMMENDATION),
        ),
        help="A rating for each pair of user and item, or the best items for each user.",
    ),
    Parameter(
        name="recommended_item_selection",
        type="choice",
        label="Recommended item selection",
        required=True,
        default=RATED_ITEMS,
        choices=tuple(Choice(value=name, label=name) for name in (ALL_ITEMS, RATED_ITEMS, UNRATED_ITEMS)),
        visible_if=_ITEMS,
        help="Among which items to look: all, those of the table, or those that the user has not rated in training.",
    ),
    Parameter(
        name="maximum_number_of_items_to_recommend",
        type="integer",
        label="Maximum number of items to recommend to a user",
        default=5,
        minimum=1,
        maximum=1000,
        visible_if=_ITEMS,
        help="The best so many.",
    ),
    Parameter(
        name="minimum_size_of_the_recommendation_pool",
        type="integer",
        label="Minimum size of the recommendation pool for a single user",
        default=2,
        minimum=1,
        visible_if=_ITEMS,
        help="A user with fewer items to choose from gets none. More makes the evaluation more telling.",
    ),
    Parameter(
        name="return_predicted_ratings",
        type="boolean",
        label="Whether to return the predicted ratings of the items along with the labels",
        default=False,
        visible_if=_ITEMS,
        help="Add the predicted rating of each item.",
    ),
)


def triple_problems(table: TableSchema | None, *, port: str) -> tuple[Problem, ...]:
    """The first three columns must be user, item and a number."""
    if table is None:
        return ()
    if len(table.columns) < 3:
        message = _("The table has %(count)s columns; users, items and ratings are expected.") % {
            "count": len(table.columns)
        }
        hint = _("Put Select Columns in Dataset before it: user first, then item, then rating.")
        return (problem("too_few_columns", message, hint=hint, port=port),)
    rating = table.columns[2]
    if rating.type in ("integer", "decimal"):
        return ()
    message = _("The third column, '%(name)s', holds %(type)s values; a rating is a number.") % {
        "name": rating.name,
        "type": rating.type,
    }
    hint = _("Put the columns in the order user, item, rating.")
    return (problem("label_not_numeric", message, hint=hint, port=port, column=rating.name),)


def derived_model(algorithm: str, table: TableSchema | None, *, port: str) -> Derived:
    label = table.columns[2].name if table is not None and len(table.columns) > 2 else ""
    shape = Shape(type="model", task="recommendation", algorithm=algorithm, label=label)
    return Derived(outputs={"trained_model": shape}, problems=triple_problems(table, port=port))


def derived_scores(parameters: Mapping[str, Any], inputs: Mapping[str, Shape], *, title: str) -> Derived:
    found: list[Problem] = []
    model, table = inputs["trained_model"], inputs["dataset_to_score"].table
    if model.task not in ("", "recommendation"):
        message = _("%(title)s takes trained recommenders, and this model is none.") % {"title": title}
        found.append(problem("wrong_task", message, hint=_("Use Score Model."), port="trained_model"))
    pairs = parameters["recommender_prediction_kind"] == RATING_PREDICTION
    needed = 2 if pairs or parameters["recommended_item_selection"] == RATED_ITEMS else 1
    if table is not None and len(table.columns) < needed:
        message = _("The table has %(count)s columns; users and items are expected.") % {"count": len(table.columns)}
        hint = _("Put the users into the first column and the items into the second.")
        found.append(problem("too_few_columns", message, hint=hint, port="dataset_to_score"))
    shape = Shape(type="table")
    if pairs and table is not None and len(table.columns) > 1:
        shape = Shape(type="table", table=TableSchema(columns=rated_columns(table), row_count=table.row_count))
    return Derived(outputs={"scored_dataset": shape}, problems=tuple(found))


def rated_columns(table: TableSchema) -> tuple[Column, ...]:
    return (
        Column(name="User", type=table.columns[0].type),
        Column(name="Item", type=table.columns[1].type),
        Column(name="Rating", type="decimal", role="scored_label", task="recommendation"),
    )


def recommended_columns(most: int, *, item_type: ColumnType, with_ratings: bool) -> tuple[Column, ...]:
    """`User`, then `Recommended Item 1` and so on, each with `Predicted Rating 1` behind it where asked for."""
    found = [Column(name="User", type="string")]
    for number in range(1, most + 1):
        found.append(Column(name=f"Recommended Item {number}", type=item_type))
        if with_ratings:
            found.append(Column(name=f"Predicted Rating {number}", type="decimal"))
    return tuple(found)
