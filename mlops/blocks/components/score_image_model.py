"""Score Image Model: let a trained network say what is on each image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mlops.blocks.problems import problem
from mlops.blocks.score_columns import score_columns
from mlops.formats.component import Component, Derived, Port, Problem, Shape
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.images import ImageDirectory
    from mlops.blocks.values import Value

LISTED = (Column(name="Image", type="string"), Column(name="Category", type="string", role="label"))

DEFINITION = Component(
    name="score_image_model",
    version="1",
    title="Score Image Model",
    group="Model Scoring and Evaluation",
    extra="deep",
    help="""Lets a trained network say which category each image is of.

**When to use it.** After Train PyTorch Model, on images that it has not learned from; then Evaluate Model.

**Example.** A photo in the folder `cats` gets `Scored Labels` = `cats` with a probability of 0.97.

**What comes out.** A table with one row for each image: its path, its category (the folder that it was in), the
predicted category, and the probability of each category. The images are resized and cropped as the model learned
them. It needs the extra `deep`.""",
    inputs=(
        Port(name="trained_model", type="model", label="Trained model", tasks=("image",)),
        Port(name="dataset", type="image_directory", label="Dataset"),
    ),
    outputs=(Port(name="scored_dataset", type="table", label="Scored dataset"),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    model = inputs["trained_model"]
    problems: tuple[Problem, ...] = ()
    if model.task not in ("", "image"):
        message = _("Score Image Model takes models of images, and this one is for tables.")
        problems = (problem("wrong_task", message, hint=_("Use Score Model."), port="trained_model"),)
    table = TableSchema(columns=scored_columns(model.classes)) if model.classes else None
    return Derived(outputs={"scored_dataset": Shape(type="table", table=table)}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.image_scoring import score_directory

    images = cast("ImageDirectory", call.inputs["dataset"])
    scored = score_directory(call.model("trained_model"), images)
    call.report.log(f"Scored {images.listing.height} images.")
    return {"scored_dataset": scored}


def scored_columns(classes: tuple[str, ...]) -> tuple[Column, ...]:
    return (*LISTED, *score_columns("multiclass", classes, label_type="string"))
