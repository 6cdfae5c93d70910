"""Apply Transformation: put a table through what was learned on another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mlops.blocks.problems import as_refusal, problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import FittedTransformValue, Value

DEFINITION = Component(
    name="apply_transformation",
    version="1",
    title="Apply Transformation",
    group="Model Scoring and Evaluation",
    help="""Does to a table what was learned on another table: the same means, limits, bins and so on.

**When to use it.** After Split Data. Learn a normalization, a cleaning or an encoding on the training part only,
and apply it to the test part here, so that the test knows nothing of itself.

**Example.** Normalize Data learned on the training part that `price` lies between 10 and 30. A test row with 40
then becomes 1.5 (MinMax), not 1.

**Choices.** The table needs the columns that the transformation reads, with the same types. With *Skip what the
table lacks* on, what was learned about columns that are not there, such as the label, is left out.

**What comes out.** The transformed table. A model that is trained behind it does the same to requests.""",
    inputs=(
        Port(name="transformation", type="transformation", label="Transformation"),
        Port(name="dataset", type="table", label="Dataset"),
    ),
    outputs=(Port(name="transformed_dataset", type="table", label="Transformed dataset"),),
    parameters=(
        Parameter(
            name="skip_missing_columns",
            type="boolean",
            label="Skip what the table lacks",
            default=False,
            help="Leave out what was learned about columns that this table does not have.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    problems = (_for_images(),) if inputs["transformation"].algorithm == "init_image_transformation" else ()
    return Derived(outputs={"transformed_dataset": Shape(type="table")}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    import polars as pl

    from mlops.blocks.recipe import applicable

    table = call.table("dataset")
    fitted = cast("FittedTransformValue", call.inputs["transformation"]).transform
    if fitted.image is not None:
        raise as_refusal(_for_images())
    transforms = fitted.transforms
    if call.parameters["skip_missing_columns"]:
        transforms = applicable(transforms, table.schema.names)
    try:
        result = table.transformed(*transforms, at_scoring=call.at_scoring)
    except Refusal as refusal:
        where = Where(port="dataset", column=refusal.where.column, row=refusal.where.row, value=refusal.where.value)
        hint = refusal.hint or _("Connect a table with the columns on which the transformation was learned.")
        raise Refusal(refusal.code, refusal.message, hint=hint, status=422, where=where) from refusal
    except pl.exceptions.PolarsError as error:
        message = _("The transformation does not fit the table: %(error)s.") % {"error": error}
        hint = _("Give the columns the types that they had where the transformation was learned.")
        where = Where(port="dataset")
        raise Refusal("transformation_unfit", message, hint=hint, status=422, where=where) from error
    call.report.log(f"Applied {len(transforms)} steps to {table.height} rows.")
    return {"transformed_dataset": result}


def _for_images() -> Problem:
    message = _("The transformation is one of images, not of tables.")
    return problem("transformation_unfit", message, hint=_("Use Apply Image Transformation."), port="transformation")
