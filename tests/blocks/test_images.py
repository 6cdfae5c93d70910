"""Images by category: read from an archive, dealt out, changed when read; a network learns and answers."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import msgspec
import polars as pl
import pytest

from mlops.blocks.extras import is_installed
from mlops.blocks.images import read_images
from mlops.blocks.scoring import load_model
from mlops.blocks.values import FittedTransformValue, read_value, shape_of
from mlops.formats.refusal import Refusal
from tests.blocks.pictures import archive, directory, network, picture, zipped
from tests.blocks.workshop import Workshop

deep = pytest.mark.skipif(not is_installed("deep"), reason="'deep' is not installed")


def converted(workshop: Workshop, content: bytes) -> Path:
    ports = {"input_dataset": zipped(workshop, content)}
    return workshop.run("convert_to_image_directory", {}, **ports)["output_image_directory"]


def test_the_innermost_folder_is_the_category(workshop: Workshop) -> None:
    images = read_images(converted(workshop, archive(3, extra={"pets/readme.txt": b"hello"})))
    assert images.listing["Category"].value_counts().sort("Category").rows() == [("blue", 3), ("red", 3)]
    assert next(images.bytes_of([0])) == picture("blue", seed=0)
    assert any("readme.txt" in line for line in workshop.report.lines)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive(0, extra={"a/readme.txt": b"hello"}), "no_images"),
        (archive(0, extra={"alone.ppm": picture("red", seed=1)}), "image_without_category"),
        (archive(0, extra={"a/fake.png": b"no image"}), "bad_image"),
        (b"no archive at all", "zip_unreadable"),
    ],
)
def test_an_archive_without_images_by_category_is_refused(workshop: Workshop, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        converted(workshop, content)
    assert refused.value.code == code
    assert refused.value.hint


def test_each_category_is_in_both_parts(workshop: Workshop) -> None:
    outputs = workshop.run("split_image_directory", {}, input_image_directory=directory(workshop))
    first, second = (read_images(outputs[f"output_image_directory{number}"]) for number in (1, 2))
    assert first.listing.height == 14
    assert second.listing["Category"].sort().to_list() == ["blue", "red"]
    assert not set(first.listing["Image"]) & set(second.listing["Image"])


def test_an_image_transformation_is_not_for_tables(workshop: Workshop) -> None:
    folder = workshop.run("init_image_transformation")["output_image_transformation"]
    value = read_value(folder, "transformation")
    assert isinstance(value, FittedTransformValue)
    assert shape_of(value).algorithm == "init_image_transformation"
    with pytest.raises(Refusal, match="one of images"):
        workshop.run("apply_transformation", {}, transformation=folder, dataset=workshop.put(pl.DataFrame({"a": [1]})))


def test_the_mode_for_inference_leaves_out_what_is_random(workshop: Workshop) -> None:
    for mode in (True, False):
        images = read_images(directory(workshop, mode="For training" if mode else "For inference"))
        assert images.transform is not None
        assert images.transform.for_training is mode
        assert replace(images, transform=None).transform is None


@deep
def test_a_network_learns_colours_and_answers_requests_as_in_the_pipeline(workshop: Workshop) -> None:
    model = network(workshop, epochs=4)
    ports = {"trained_model": model, "dataset": directory(workshop)}
    scored = workshop.table(workshop.run("score_image_model", {}, **ports)["scored_dataset"]).frame
    assert scored["Scored Labels"].to_list() == scored["Category"].to_list()
    loaded = load_model(model)
    asked = pl.DataFrame({"image": [base64.b64encode(picture("red", seed=0)).decode()]})
    alone = loaded.score(asked)
    piped = scored.filter(pl.col("Image") == "pets/red/0.ppm").select(alone.columns)
    assert alone["Scored Labels"].to_list() == ["red"]
    name = 'Scored Probabilities for Class "red"'
    assert alone[name][0] == pytest.approx(piped[name][0], abs=1e-5)
    with pytest.raises(Refusal, match="no base64"):
        loaded.score(pl.DataFrame({"image": ["%%%"]}))


@deep
def test_a_scored_image_directory_can_be_evaluated(workshop: Workshop) -> None:
    ports = {"trained_model": network(workshop), "dataset": directory(workshop)}
    scored = workshop.run("score_image_model", {}, **ports)["scored_dataset"]
    results = workshop.table(workshop.run("evaluate_model", {}, scored_dataset=scored)["evaluation_results"])
    assert results.frame["rows"].item() == 16


@deep
def test_pretrained_weights_come_from_a_file_of_ones_own(workshop: Workshop, tmp_path: Path) -> None:
    import torch
    from torchvision.models import resnet18

    file = tmp_path / "resnet18.pth"
    torch.save(resnet18(weights=None).state_dict(), file)
    weights = zipped(workshop, archive(0, extra={"resnet18.pth": file.read_bytes()}))
    learner = workshop.run("resnet", {"model_name": "resnet18", "pretrained": True}, weights=weights)["untrained_model"]
    ports = {"training_dataset": directory(workshop, each=2), "validation_dataset": directory(workshop, each=2)}
    workshop.run("train_pytorch_model", {"epochs": 1}, untrained_model=learner, **ports)
    assert any("pretrained tensors" in line for line in workshop.report.lines)
    other = workshop.run("densenet", {"model_name": "densenet121", "pretrained": True}, weights=weights)
    with pytest.raises(Refusal, match="of another network"):
        workshop.run("train_pytorch_model", {"epochs": 1}, untrained_model=other["untrained_model"], **ports)


@deep
def test_images_of_different_sizes_are_refused_with_the_remedy(workshop: Workshop) -> None:
    wide = b"P6 %d %d 255\n" % (64, 40) + bytes(64 * 40 * 3)
    images = converted(workshop, archive(2, extra={"pets/red/wide.ppm": wide}))
    learner = workshop.run("resnet", {"model_name": "resnet18"})["untrained_model"]
    ports = {"training_dataset": images, "validation_dataset": images}
    with pytest.raises(Refusal, match="different sizes") as refused:
        workshop.run("train_pytorch_model", {}, untrained_model=learner, **ports)
    assert "Center crop" in refused.value.hint


def test_a_transform_survives_its_file() -> None:
    from mlops.formats.image import ImageTransform

    transform = ImageTransform(random_crop=20, rotation=10.0)
    assert msgspec.json.decode(msgspec.json.encode(transform), type=ImageTransform) == transform
    assert transform.makes_one_size
