"""Init Image Transformation: what to do to images before a network sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.image import ImageTransform
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


def _switch(name: str, label: str, help_: str, *, default: bool = False) -> Parameter:
    return Parameter(name=name, type="boolean", label=label, default=default, help=help_)


def _size(name: str, label: str, default: int, switch: str, help_: str, minimum: int = 1) -> Parameter:
    shown: dict[str, tuple[Any, ...]] = {switch: (True,)}
    return Parameter(
        name=name,
        type="integer",
        label=label,
        default=default,
        minimum=minimum,
        maximum=4096,
        visible_if=shown,
        help=help_,
    )


def _number(
    name: str, label: str, default: float, switch: str, help_: str, *, maximum: float = 1.0, minimum: float = 0.0
) -> Parameter:
    shown: dict[str, tuple[Any, ...]] = {switch: (True,)}
    return Parameter(
        name=name,
        type="decimal",
        label=label,
        default=default,
        minimum=minimum,
        maximum=maximum,
        visible_if=shown,
        help=help_,
    )


DEFINITION = Component(
    name="init_image_transformation",
    version="1",
    title="Init Image Transformation",
    group="Computer Vision",
    help="""Collects what is to be done to images before a network learns from them.

**When to use it.** With Apply Image Transformation, before Train PyTorch Model and Score Image Model. A network
needs images of one size: keep *Center crop*, or use one of the random crops.

**Example.** Resize to 256 pixels, cut out the 224 pixels in the middle, and mirror every second image at random: the
network sees each cat from the left and from the right.

**What is drawn at random** (crops, flips, rotation, colour and so on) makes few images look like many. It is done
anew each time an image is learned from, and never when an image is scored.

**What comes out.** A transformation for Apply Image Transformation.""",
    outputs=(Port(name="output_image_transformation", type="transformation", label="Output image transformation"),),
    parameters=(
        _switch("resize", "Resize", "Bring the shorter side to a size.", default=True),
        _size("size", "Size", 256, "resize", "Of the shorter side, in pixels."),
        _switch("center_crop", "Center crop", "Cut out the middle.", default=True),
        _size("crop_size", "Crop size", 224, "center_crop", "Side of the square, in pixels."),
        _switch("pad", "Pad", "Put a black border around the image."),
        _size("padding", "Padding", 0, "pad", "Width of the border, in pixels.", minimum=0),
        _switch("color_jitter", "Color jitter", "Change brightness, contrast, saturation and hue a little, at random."),
        _switch("grayscale", "Grayscale", "Take the colours out."),
        _switch("random_resized_crop", "Random resized crop", "Cut out a part of random size and place."),
        _size("random_size", "Random size", 256, "random_resized_crop", "Side of the square that comes out."),
        _number("scale_minimum", "Smallest share", 0.08, "random_resized_crop", "Of the image's area, at least."),
        _number("scale_maximum", "Largest share", 1.0, "random_resized_crop", "Of the image's area, at most."),
        _number(
            "ratio_minimum",
            "Smallest ratio",
            0.75,
            "random_resized_crop",
            "Width to height, at least.",
            maximum=10,
            minimum=0.1,
        ),
        _number(
            "ratio_maximum",
            "Largest ratio",
            1.3333,
            "random_resized_crop",
            "Width to height, at most.",
            maximum=10,
            minimum=0.1,
        ),
        _switch("random_crop", "Random crop", "Cut out a square at a random place."),
        _size("random_crop_size", "Random crop size", 224, "random_crop", "Side of the square, in pixels."),
        _switch("random_horizontal_flip", "Random horizontal flip", "Mirror left and right.", default=True),
        _number("horizontal_flip_probability", "Probability", 0.5, "random_horizontal_flip", "How often."),
        _switch("random_vertical_flip", "Random vertical flip", "Mirror top and bottom."),
        _number("vertical_flip_probability", "Probability", 0.5, "random_vertical_flip", "How often."),
        _switch("random_rotation", "Random rotation", "Turn the image."),
        _number("rotation_degrees", "Degrees", 0.0, "random_rotation", "At most so far, either way.", maximum=180),
        _switch("random_affine", "Random affine", "Turn the image and keep straight lines straight."),
        _number("affine_degrees", "Degrees", 0.0, "random_affine", "At most so far, either way.", maximum=180),
        _switch("random_grayscale", "Random grayscale", "Take the colours out at random."),
        _number("grayscale_probability", "Probability", 0.1, "random_grayscale", "How often."),
        _switch("random_perspective", "Random perspective", "Look at the image from another angle."),
        _number("perspective_probability", "Probability", 0.5, "random_perspective", "How often."),
        _switch("random_erasing", "Random erasing", "Wipe out a rectangle."),
        _number("erasing_probability", "Probability", 0.5, "random_erasing", "How often."),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    shape = Shape(type="transformation", algorithm=DEFINITION.name)
    return Derived(outputs={"output_image_transformation": shape}, problems=tuple(_problems(parameters)))


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.values import FittedTransformValue
    from mlops.formats.transform import FittedTransform

    transform = FittedTransform(image=image_transform(call.parameters))
    return {"output_image_transformation": FittedTransformValue(transform=transform)}


def image_transform(chosen: Mapping[str, Any]) -> ImageTransform:
    def if_on(switch: str, name: str, otherwise: Any = 0.0) -> Any:
        return chosen[name] if chosen[switch] else otherwise

    return ImageTransform(
        resize=if_on("resize", "size", None),
        center_crop=if_on("center_crop", "crop_size", None),
        pad=if_on("pad", "padding", 0),
        random_resized_crop=if_on("random_resized_crop", "random_size", None),
        scale=(chosen["scale_minimum"], chosen["scale_maximum"]),
        ratio=(chosen["ratio_minimum"], chosen["ratio_maximum"]),
        random_crop=if_on("random_crop", "random_crop_size", None),
        grayscale=chosen["grayscale"],
        color_jitter=chosen["color_jitter"],
        horizontal_flip=if_on("random_horizontal_flip", "horizontal_flip_probability"),
        vertical_flip=if_on("random_vertical_flip", "vertical_flip_probability"),
        rotation=if_on("random_rotation", "rotation_degrees"),
        affine=if_on("random_affine", "affine_degrees"),
        random_grayscale=if_on("random_grayscale", "grayscale_probability"),
        perspective=if_on("random_perspective", "perspective_probability"),
        erasing=if_on("random_erasing", "erasing_probability"),
    )


def _problems(parameters: Mapping[str, Any]) -> list[Problem]:
    found = []
    if not any(parameters[name] for name in ("center_crop", "random_resized_crop", "random_crop")):
        message = _("Images of different shapes stay different, and a network needs them all of one size.")
        hint = _("Switch 'Center crop' on, unless all images are of one size already.")
        found.append(problem("sizes_differ", message, hint=hint, severity="warning", parameter="center_crop"))
    for name in ("scale", "ratio"):
        low, high = parameters[f"{name}_minimum"], parameters[f"{name}_maximum"]
        if parameters["random_resized_crop"] and low > high:
            message = _("The smallest %(name)s is above the largest.") % {"name": name}
            found.append(problem("bad_range", message, hint=_("Lower it."), parameter=f"{name}_minimum"))
    return found
