"""Train PyTorch Model: let a network learn from images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlops.blocks.problems import problem
from mlops.formats.component import Component, Derived, Parameter, Port, Problem, Shape
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Call
    from mlops.blocks.values import Value


def _count(name: str, label: str, default: int, help_: str, *, minimum: int = 1, maximum: int = 100_000) -> Parameter:
    return Parameter(
        name=name, type="integer", label=label, default=default, minimum=minimum, maximum=maximum, help=help_
    )


DEFINITION = Component(
    name="train_pytorch_model",
    version="1",
    title="Train PyTorch Model",
    group="Model Training",
    extra="deep",
    help="""Lets a network learn to tell images apart.

**When to use it.** With DenseNet or ResNet, and two image directories from Split Image Directory, each behind Apply
Image Transformation.

**Example.** 900 animal photos to learn from, 100 to check with, 5 epochs: the log tells after each epoch how many of
the 100 are right, and the network of the best epoch is kept.

**What comes out.** A trained model for Score Image Model. Deployed as an endpoint it takes an image as base64 text in
the column `image`. Small networks and few images train on any machine; without a graphics card a large network takes
hours. It needs the extra `deep`.""",
    inputs=(
        Port(name="untrained_model", type="untrained_model", label="Untrained model", tasks=("image",)),
        Port(name="training_dataset", type="image_directory", label="Training dataset"),
        Port(name="validation_dataset", type="image_directory", label="Validation dataset"),
    ),
    outputs=(Port(name="trained_model", type="model", label="Trained model"),),
    parameters=(
        _count("epochs", "Epochs", 5, "How often all images are gone through."),
        _count("batch_size", "Batch size", 16, "How many images are looked at together.", minimum=2, maximum=4096),
        _count(
            "warmup_step_number",
            "Warmup step number",
            0,
            "In how many batches the learning rate grows to its value.",
            minimum=0,
        ),
        Parameter(
            name="learning_rate",
            type="decimal",
            label="Learning rate",
            default=0.001,
            minimum=0,
            maximum=2,
            exclusive_minimum=True,
            help="How far one batch moves the weights.",
        ),
        _count(
            "random_seed",
            "Random seed",
            1,
            "The order of images and all random changes depend on it.",
            minimum=0,
            maximum=2**31 - 1,
        ),
        _count(
            "patience", "Patience", 3, "Stop after so many epochs that are no better. 0: never stop early.", minimum=0
        ),
        _count("print_frequency", "Print frequency", 10, "After how many batches the log tells the loss."),
    ),
)


def derive(parameters: Mapping[str, Any], inputs: Mapping[str, Shape]) -> Derived:
    learner, classes = inputs["untrained_model"], inputs["training_dataset"].classes
    problems: tuple[Problem, ...] = ()
    if learner.task not in ("", "image"):
        message = _("Train PyTorch Model trains networks for images, and this learner is for tables.")
        problems = (problem("wrong_task", message, hint=_("Connect DenseNet or ResNet."), port="untrained_model"),)
    shape = Shape(type="model", task="image", algorithm=learner.algorithm, label="Category", classes=classes)
    return Derived(outputs={"trained_model": shape}, problems=problems)


def run(call: Call) -> dict[str, Value]:
    from mlops.blocks.image_training import train_images

    return {"trained_model": train_images(call)}
