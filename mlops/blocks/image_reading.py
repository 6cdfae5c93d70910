"""From the bytes of an image to what a network takes: torchvision's transforms by our settings."""

from __future__ import annotations

import io
from typing import Any

from mlops.formats.image import ImageTransform
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _

MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the colours of ImageNet's pictures, with which torchvision's networks were trained."""
MOST_PIXELS = 100_000_000


def open_image(content: bytes, *, name: str, row: int | None = None) -> Any:
    """A picture in red, green and blue. Raises Refusal `bad_image`."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError(f"it has {picture.width} x {picture.height} pixels")
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        message = _("'%(name)s' cannot be read as an image: %(error)s.") % {"name": name, "error": error}
        hint = _("Send a JPEG, PNG, BMP, GIF, TIFF or WebP image, or remove it.")
        raise Refusal("bad_image", message, hint=hint, status=422, where=Where(row=row)) from error


def steps_of(transform: ImageTransform | None) -> Any:
    """A function from a picture to a normalized tensor [3, height, width]."""
    import torch
    from torchvision.transforms import v2

    chosen = transform or ImageTransform(resize=None, center_crop=None, for_training=False)
    steps = [*_sizes(chosen, v2), *(_random(chosen, v2) if chosen.for_training else ())]
    if chosen.grayscale:
        steps.append(v2.Grayscale(num_output_channels=3))
    steps += [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, SPREAD)]
    if chosen.for_training and chosen.erasing:
        steps.append(v2.RandomErasing(chosen.erasing))
    return v2.Compose(steps)


def _sizes(chosen: ImageTransform, v2: Any) -> list[Any]:
    steps = [v2.Resize(chosen.resize)] if chosen.resize else []
    if chosen.center_crop:
        steps.append(v2.CenterCrop(chosen.center_crop))
    if chosen.pad:
        steps.append(v2.Pad(chosen.pad))
    if chosen.random_resized_crop and chosen.for_training:
        size = chosen.random_resized_crop
        steps.append(v2.RandomResizedCrop(size, scale=list(chosen.scale), ratio=list(chosen.ratio)))
    elif chosen.random_resized_crop:
        steps += [v2.Resize(chosen.random_resized_crop), v2.CenterCrop(chosen.random_resized_crop)]
    if chosen.random_crop:
        crop = v2.RandomCrop(chosen.random_crop, pad_if_needed=True)
        steps.append(crop if chosen.for_training else v2.CenterCrop(chosen.random_crop))
    return steps


def _random(chosen: ImageTransform, v2: Any) -> list[Any]:
    steps = [v2.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.05)] if chosen.color_jitter else []
    if chosen.horizontal_flip:
        steps.append(v2.RandomHorizontalFlip(chosen.horizontal_flip))
    if chosen.vertical_flip:
        steps.append(v2.RandomVerticalFlip(chosen.vertical_flip))
    if chosen.rotation:
        steps.append(v2.RandomRotation(chosen.rotation))
    if chosen.affine:
        steps.append(v2.RandomAffine(chosen.affine))
    if chosen.random_grayscale:
        steps.append(v2.RandomGrayscale(chosen.random_grayscale))
    if chosen.perspective:
        steps.append(v2.RandomPerspective(p=chosen.perspective))
    return steps
