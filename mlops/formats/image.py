"""What happens to an image before a network sees it, as chosen on Init Image Transformation."""

from __future__ import annotations

import msgspec

IMAGES_FILE = "images.json"
"""Marks a folder as an image directory: its transformation and the dataset versions behind it."""


class ImageTransform(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Applied in the order of the fields; sizes are in pixels, None and 0 leave a step out. What is drawn at random
    (all from `color_jitter` on, and both random crops) happens `for_training` only; otherwise a random crop is the
    crop of the centre."""

    for_training: bool = True
    resize: int | None = 256
    center_crop: int | None = 224
    pad: int = 0
    random_resized_crop: int | None = None
    scale: tuple[float, float] = (0.08, 1.0)
    ratio: tuple[float, float] = (0.75, 4 / 3)
    random_crop: int | None = None
    grayscale: bool = False
    color_jitter: bool = False
    horizontal_flip: float = 0.0
    """This and the following: how probable it is; degrees for rotation and affine."""
    vertical_flip: float = 0.0
    rotation: float = 0.0
    affine: float = 0.0
    random_grayscale: float = 0.0
    perspective: float = 0.0
    erasing: float = 0.0

    @property
    def makes_one_size(self) -> bool:
        """All images come out equally large, so that they can be learned in batches."""
        return any((self.center_crop, self.random_resized_crop, self.random_crop))
