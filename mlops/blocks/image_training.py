"""How Train PyTorch Model learns: Adam on the cross-entropy, with warm-up, until the check no longer improves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np
import polars as pl

from mlops.blocks.image_reading import open_image, steps_of
from mlops.blocks.images import ImageDirectory
from mlops.blocks.networks import ImageClassifier, as_numbers, load_pretrained, new_network
from mlops.blocks.score_columns import score_columns
from mlops.blocks.values import Learner, TrainedModel
from mlops.formats.image import ImageTransform
from mlops.formats.model import Field, ModelManifest, Signature
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.formats.table import Column, TableSchema

if TYPE_CHECKING:
    from mlops.blocks.call import Call

IMAGE_COLUMN = "image"
REFERENCE_IMAGES = 5
REFERENCE_BYTES = 300_000


def train_images(call: Call) -> TrainedModel:
    import torch

    learner = call.learner("untrained_model")
    training = cast("ImageDirectory", call.inputs["training_dataset"])
    checking = cast("ImageDirectory", call.inputs["validation_dataset"])
    classes = _classes(training, checking)
    torch.manual_seed(call.parameters["random_seed"])
    options = {name: value for name, value in learner.parameters.items() if name == "memory_efficient"}
    network = new_network(learner.parameters["model_name"], options, classes=len(classes))
    if learner.weights is not None:
        count = load_pretrained(network, learner.weights)
        call.report.log(f"Starts from {count} pretrained tensors; the last layer is new.")
    best = _learned(network, training, checking, classes, call)
    transform = None if training.transform is None else msgspec.structs.replace(training.transform, for_training=False)
    estimator = ImageClassifier(
        architecture=learner.parameters["model_name"],
        options=options,
        classes=classes,
        transform=transform,
        weights=best,
    )
    manifest = _manifest(learner, classes, training)
    return TrainedModel(manifest=manifest, estimator=estimator, reference=_reference(checking))


def _classes(training: ImageDirectory, checking: ImageDirectory) -> tuple[str, ...]:
    classes = training.categories
    where = Where(port="training_dataset")
    if len(classes) < 2:
        message = _("The training images are all of the category '%(classes)s'.") % {
            "classes": classes[0] if classes else ""
        }
        hint = _("Put the images of each category into a folder of its own.")
        raise Refusal("label_constant", message, hint=hint, status=422, where=where)
    unknown = sorted(set(checking.categories) - set(classes))
    if unknown or not checking.listing.height:
        message = (
            (_("The category '%(unknown)s' has no training image.") % {"unknown": unknown[0]})
            if unknown
            else _("There is no image to check with.")
        )
        hint = _("Take both from one Split Image Directory.")
        raise Refusal("category_unknown", message, hint=hint, status=422, where=Where(port="validation_dataset"))
    return classes


def _learned(
    network: Any, training: ImageDirectory, checking: ImageDirectory, classes: Sequence[str], call: Call
) -> dict[str, Any]:
    """The weights of the epoch with the smallest loss on the images to check with."""
    import torch

    chosen = call.parameters
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=chosen["learning_rate"])
    warm_up = max(chosen["warmup_step_number"], 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / warm_up))
    draw = np.random.default_rng(chosen["random_seed"])
    best, least, waited, number = as_numbers(network), float("inf"), 0, 0
    for epoch in range(1, chosen["epochs"] + 1):
        network.train()
        order = draw.permutation(training.listing.height).tolist()
        for images, targets in _batches(training, order, classes, size=chosen["batch_size"], drops_single=True):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(images.to(device)), targets.to(device))
            loss.backward()
            optimizer.step()
            schedule.step()
            number += 1
            if number % chosen["print_frequency"] == 0:
                call.report.log(f"Epoch {epoch}, batch {number}: loss {loss.item():.4f}")
        found, right = _checked(network, checking, classes, device, size=chosen["batch_size"])
        call.report.log(f"Epoch {epoch}: validation loss {found:.4f}, {right:.1%} right")
        call.report.progress(0.95 * epoch / chosen["epochs"])
        if not np.isfinite(found):
            raise _diverged()
        if found < least:
            best, least, waited = as_numbers(network), found, 0
            call.report.metric("validation_loss", found)
            call.report.metric("validation_accuracy", right)
        else:
            waited += 1
        if waited >= chosen["patience"] > 0:
            call.report.log(f"Stopped: no better for {waited} epochs.")
            break
    return best


def _checked(
    network: Any, images: ImageDirectory, classes: Sequence[str], device: Any, *, size: int
) -> tuple[float, float]:
    """Mean loss and share of right answers, without what is drawn at random."""
    import torch

    network.eval()
    total, right = 0.0, 0
    calm = None if images.transform is None else msgspec.structs.replace(images.transform, for_training=False)
    with torch.inference_mode():
        for batch, targets in _batches(images, range(images.listing.height), classes, size=size, transform=calm):
            scores = network(batch.to(device)).cpu()
            total += float(torch.nn.functional.cross_entropy(scores, targets, reduction="sum"))
            right += int((scores.argmax(dim=1) == targets).sum())
    return total / images.listing.height, right / images.listing.height


def _batches(
    images: ImageDirectory,
    order: Sequence[int],
    classes: Sequence[str],
    *,
    size: int,
    transform: ImageTransform | None = None,
    drops_single: bool = False,
) -> Iterator[tuple[Any, Any]]:
    """`drops_single`: a last batch of one image is left out, from which batch normalization cannot learn."""
    import torch

    steps = steps_of(transform or images.transform)
    paths, categories = images.listing["Image"], images.listing["Category"]
    for start in range(0, len(order), size):
        places = [int(place) for place in order[start : start + size]]
        if drops_single and len(places) == 1 and start:
            return
        tensors = [
            steps(open_image(content, name=paths[place]))
            for place, content in zip(places, images.bytes_of(places), strict=True)
        ]
        if len({tensor.shape for tensor in tensors}) > 1:
            raise _sizes_differ()
        yield torch.stack(tensors), torch.tensor([classes.index(categories[place]) for place in places])


def _manifest(learner: Learner, classes: tuple[str, ...], training: ImageDirectory) -> ModelManifest:
    from importlib.metadata import version

    outputs = score_columns("multiclass", classes, label_type="string")
    signature = Signature(
        inputs=(Field(name=IMAGE_COLUMN, type="string", required=True),),
        outputs=tuple(
            Field(name=column.name, type=column.type, minimum=0.0, maximum=1.0)
            if column.role == "scored_probability"
            else Field(name=column.name, type=column.type, categories=classes)
            for column in outputs
        ),
    )
    return ModelManifest(
        task="image",
        algorithm=learner.component,
        label="Category",
        classes=classes,
        source=TableSchema(columns=(Column(name=IMAGE_COLUMN, type="string"),)),
        recipe=(),
        features=(),
        signature=signature,
        framework="torch",
        framework_version=version("torch"),
        parameters=learner.parameters,
        trained_rows=training.listing.height,
        sources=training.sources,
    )


def _reference(images: ImageDirectory) -> pl.DataFrame:
    """A few of the images to check with, as a request sends them."""
    import base64

    found = []
    for content in images.bytes_of(range(min(images.listing.height, 50))):
        if len(content) <= REFERENCE_BYTES:
            found.append(base64.b64encode(content).decode())
    return pl.DataFrame({IMAGE_COLUMN: found[:REFERENCE_IMAGES]}, schema={IMAGE_COLUMN: pl.String})


def _sizes_differ() -> Refusal:
    message = _("The images come out in different sizes, and a network needs them all of one size.")
    hint = _("Switch 'Center crop' on in Init Image Transformation, and connect Apply Image Transformation.")
    return Refusal("sizes_differ", message, hint=hint, status=422, where=Where(port="training_dataset"))


def _diverged() -> Refusal:
    hint = _("Lower the learning rate.")
    message = _("The training diverged: the loss is no finite number.")
    return Refusal("training_diverged", message, hint=hint, status=422, where=Where(parameter="learning_rate"))
