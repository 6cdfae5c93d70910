"""Convert to Image Directory: from a zip file of folders to images by category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from mlops.formats.component import Component, Derived, Port, Shape

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Bundle, Value

DEFINITION = Component(
    name="convert_to_image_directory",
    version="1",
    title="Convert to Image Directory",
    group="Computer Vision",
    help="""Reads a zip file in which each folder is a category and holds the images of that category.

**When to use it.** First in every pipeline on images. Put the images into folders that are named as what is in
them, zip the folders, and upload the zip file on the Datasets page; the dataset is then in the palette.

**Example.** `animals.zip` with `cats/1.jpg`, `cats/2.jpg` and `dogs/1.png` gives three images in two categories.
A folder around them, as in `animals/cats/1.jpg`, does no harm: the innermost folder counts.

**What comes out.** An image directory: a list of the images with their categories, and the images. Files that are no
images are left out, and the log names them.""",
    inputs=(Port(name="input_dataset", type="zip", label="Input dataset"),),
    outputs=(Port(name="output_image_directory", type="image_directory", label="Output image directory"),),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return Derived(outputs={"output_image_directory": Shape(type="image_directory")})


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.bundles import archive_of, sources_of
    from mlops.blocks.images import ImageDirectory, listed

    bundle = cast("Bundle", call.inputs["input_dataset"])
    archive = archive_of(bundle, port="input_dataset")
    listing, others = listed(archive)
    images = ImageDirectory(listing=listing, archive=archive, sources=sources_of(bundle))
    call.report.log(f"{listing.height} images in {len(images.categories)} categories: {', '.join(images.categories)}.")
    if others:
        call.report.log(f"{len(others)} files are no images and are left out, for example {others[0]}.")
    return {"output_image_directory": images}
