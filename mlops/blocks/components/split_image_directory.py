"""Split Image Directory: some images to learn from, the others to check with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mlops.formats.component import Component, Derived, Parameter, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.images import ImageDirectory
    from mlops.blocks.values import Value

DEFINITION = Component(
    name="split_image_directory",
    version="1",
    title="Split Image Directory",
    group="Computer Vision",
    help="""Deals the images of each category out to two image directories.

**When to use it.** Before training, to keep some images aside: Train PyTorch Model learns from the first output and
checks itself with the second. Use it twice for a third part to score and evaluate.

**Example.** Of 100 cats and 50 dogs with a fraction of 0.9, 90 cats and 45 dogs go to the first output, 10 cats and
5 dogs to the second.

**What comes out.** Two image directories. Every category of two images or more is in both.""",
    inputs=(Port(name="input_image_directory", type="image_directory", label="Input image directory"),),
    outputs=(
        Port(name="output_image_directory1", type="image_directory", label="Output image directory 1"),
        Port(name="output_image_directory2", type="image_directory", label="Output image directory 2"),
    ),
    parameters=(
        Parameter(
            name="fraction_of_images_in_the_first_output",
            type="decimal",
            label="Fraction of images in the first output",
            required=True,
            default=0.9,
            minimum=0,
            maximum=1,
            exclusive_minimum=True,
            help="The share of each category that goes to the first output.",
        ),
        Parameter(
            name="random_seed",
            type="integer",
            label="Random seed",
            default=0,
            minimum=0,
            maximum=2**31 - 1,
            help="Another number deals the images out differently. 0 is a fixed seed, not the clock.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    classes = inputs["input_image_directory"].classes
    shape = Shape(type="image_directory", classes=classes)
    return Derived(outputs={port.name: shape for port in DEFINITION.outputs})


def run(call: Call) -> dict[str, Value]:
    from dataclasses import replace

    images = cast("ImageDirectory", call.inputs["input_image_directory"])
    first = _chosen(images, call.parameters["fraction_of_images_in_the_first_output"], call.parameters["random_seed"])
    second = sorted(set(range(images.listing.height)) - set(first))
    call.report.log(f"{len(first)} images to the first output, {len(second)} to the second.")
    return {
        port.name: replace(images, listing=images.listing[places])
        for port, places in zip(DEFINITION.outputs, (first, second), strict=True)
    }


def _chosen(images: ImageDirectory, fraction: float, seed: int) -> list[int]:
    import numpy as np

    draw = np.random.default_rng(seed)
    found: list[int] = []
    for category in images.categories:
        places = np.flatnonzero((images.listing["Category"] == category).to_numpy())
        count = round(len(places) * fraction)
        if len(places) > 1 and fraction < 1:
            count = min(max(count, 1), len(places) - 1)
        found += draw.permutation(places)[:count].tolist()
    return sorted(found)
