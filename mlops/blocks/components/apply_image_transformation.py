"""Apply Image Transformation: have images changed when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mlops.blocks.problems import as_refusal, problem
from mlops.formats.component import Choice, Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.images import ImageDirectory
    from mlops.blocks.values import FittedTransformValue, Value

TRAINING, INFERENCE = "For training", "For inference"

DEFINITION = Component(
    name="apply_image_transformation",
    version="1",
    title="Apply Image Transformation",
    group="Computer Vision",
    help="""Says that the images of a directory are to be resized, cropped, mirrored and so on, as Init Image
Transformation collects it.

**When to use it.** After Split Image Directory: with the mode *For training* on the images to learn from, with *For
inference* on those to check with. Score Image Model applies what the model learned with by itself.

**Example.** *For training* mirrors every second image at random; *For inference* mirrors none, but resizes and crops
them all the same.

**What comes out.** The image directory with the transformation noted on it. It is done each time an image is read, so
that random changes are drawn anew and no image is stored twice.""",
    inputs=(
        Port(name="input_image_transformation", type="transformation", label="Input image transformation"),
        Port(name="input_image_directory", type="image_directory", label="Input image directory"),
    ),
    outputs=(Port(name="output_image_directory", type="image_directory", label="Output image directory"),),
    parameters=(
        Parameter(
            name="mode",
            type="choice",
            label="Mode",
            required=True,
            default=TRAINING,
            choices=(Choice(value=TRAINING, label=TRAINING), Choice(value=INFERENCE, label=INFERENCE)),
            help="For inference leaves out what is drawn at random.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    shape = Shape(type="image_directory", classes=inputs["input_image_directory"].classes)
    return Derived(outputs={"output_image_directory": shape})


def run(call: Call) -> dict[str, Value]:
    from dataclasses import replace

    import msgspec

    images = cast("ImageDirectory", call.inputs["input_image_directory"])
    fitted = cast("FittedTransformValue", call.inputs["input_image_transformation"]).transform
    if fitted.image is None:
        raise as_refusal(_for_tables())
    transform = msgspec.structs.replace(fitted.image, for_training=call.parameters["mode"] == TRAINING)
    return {"output_image_directory": replace(images, transform=transform)}


def _for_tables() -> Problem:
    message = _("The transformation is one of tables, not of images.")
    hint = _("Connect the output of Init Image Transformation.")
    return problem("transformation_unfit", message, hint=hint, port="input_image_transformation")
