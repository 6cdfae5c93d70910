"""Small pictures for tests, in a zip archive with a folder for each category: mostly red, or mostly blue."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlops.blocks.values import Bundle
from mlops.formats.manifest import ARCHIVE_FILE

if TYPE_CHECKING:
    from tests.blocks.workshop import Workshop

SIDE = 40


def picture(category: str, *, seed: int) -> bytes:
    """A PPM file."""
    draw = np.random.default_rng(seed)
    cells = draw.integers(0, 80, (SIDE, SIDE, 3), dtype=np.uint8)
    cells[..., 0 if category == "red" else 2] += 150
    return b"P6 %d %d 255\n" % (SIDE, SIDE) + cells.tobytes()


def archive(each: int = 8, *, extra: dict[str, bytes] | None = None) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        for category in ("red", "blue"):
            for number in range(each):
                opened.writestr(zipfile.ZipInfo(f"pets/{category}/{number}.ppm"), picture(category, seed=number))
        for name, content in (extra or {}).items():
            opened.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def zipped(workshop: Workshop, content: bytes) -> Path:
    """As a dataset's folder."""
    folder = workshop.root / f"zip-{workshop.count}-{len(list(workshop.root.iterdir()))}"
    folder.mkdir(parents=True)
    (folder / ARCHIVE_FILE).write_bytes(content)
    assert Bundle(folder=folder)
    return folder


def directory(workshop: Workshop, *, mode: str = "For inference", each: int = 8) -> Path:
    """An image directory with a transformation that makes pictures small."""
    data = zipped(workshop, archive(each))
    images = workshop.run("convert_to_image_directory", {}, input_dataset=data)["output_image_directory"]
    small = {"size": 36, "crop_size": 32}
    transformation = workshop.run("init_image_transformation", small)["output_image_transformation"]
    ports = {"input_image_transformation": transformation, "input_image_directory": images}
    return workshop.run("apply_image_transformation", {"mode": mode}, **ports)["output_image_directory"]


def network(workshop: Workshop, **parameters: object) -> Path:
    """A trained one."""
    learner = workshop.run("resnet", {"model_name": "resnet18"})["untrained_model"]
    training = directory(workshop, mode="For training")
    ports = {"untrained_model": learner, "training_dataset": training, "validation_dataset": directory(workshop)}
    return workshop.run("train_pytorch_model", {"epochs": 2, "batch_size": 8, **parameters}, **ports)["trained_model"]
