"""DenseNet: a network that tells images apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.image_learners import PRETRAINED, WEIGHTS, image_learner, untrained_network
from mlops.blocks.learners import UNTRAINED
from mlops.formats.component import Choice, Component, Derived, Parameter, Shape

if TYPE_CHECKING:
    import polars as pl

    from mlops.blocks.call import Call
    from mlops.blocks.values import Value
    from mlops.formats.model import ModelManifest

NAMES = ("densenet121", "densenet161", "densenet169", "densenet201")

DEFINITION = Component(
    name="densenet",
    version="1",
    title="DenseNet",
    group="Computer Vision",
    task="image",
    framework="torch",
    extra="deep",
    help="""Describes a network that tells images apart.
DenseNet connects each layer to all layers before it, so that few numbers learn much.

**When to use it.** Connect it to Train PyTorch Model. Larger numbers in the model name are larger networks: they need
more images and more time. Without a graphics card begin with `densenet121`.

**Pretrained.** A network that has learned from a million other pictures needs far fewer of yours. This product
downloads nothing while it runs, so bring the weights: put torchvision's `.pth` file of the same model name into a
zip archive, upload that on the Datasets page, connect it to *Pretrained weights* and switch *Pretrained* on.

**Example.** `densenet121` with pretrained weights and 100 photos for each animal.

**What comes out.** The untrained network, for Train PyTorch Model. It needs the extra `deep`.""",
    inputs=(WEIGHTS,),
    outputs=UNTRAINED,
    parameters=(
        Parameter(
            name="model_name",
            type="choice",
            label="Model name",
            required=True,
            default="densenet201",
            choices=tuple(Choice(value=name, label=name) for name in NAMES),
            help="Which network of the family.",
        ),
        PRETRAINED,
        Parameter(
            name="memory_efficient",
            type="boolean",
            label="Memory efficient",
            default=False,
            help="Compute some things twice, to need less memory while training.",
        ),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    return image_learner(DEFINITION, parameters, inputs)


def run(call: Call) -> dict[str, Value]:
    return untrained_network(DEFINITION, call)


def predict(manifest: ModelManifest, estimator: Any, frame: pl.DataFrame) -> pl.DataFrame:
    from mlops.blocks.image_scoring import predict_images

    return predict_images(manifest, estimator, frame)
