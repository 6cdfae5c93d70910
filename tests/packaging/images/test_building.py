"""Images from a laid-out folder, without an engine."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile

import msgspec
import pytest

from mlops.formats.serving import Serving
from mlops.packaging.images.building import build
from mlops.packaging.images.progress import Progress, Stopped
from mlops.packaging.images.store import LayerStore
from tests.packaging.images.orders import built, order
from tests.scoring.folders import price_folder, script_folder, write_serving


def names_in(layer, store: LayerStore) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(store.path(layer.digest)) as tar:
        return {info.name: info for info in tar.getmembers()}


def text_in(layer, store: LayerStore, name: str) -> str:
    with tarfile.open(store.path(layer.digest)) as tar:
        file = tar.extractfile(name)
        assert file is not None
        return file.read().decode()


def test_an_image_is_base_environment_server_and_model(folder, layers):
    image = built(folder, layers)
    assert [layer.what.partition(" ")[0].strip(":") for layer in image.layers] == [
        "Base", "Environment", "Scoring", "Model",
    ]  # fmt: skip
    settings = json.loads(image.config)["config"]
    assert settings["User"] == "10001:10001"
    assert list(settings["ExposedPorts"]) == ["5001/tcp"]


def test_equal_content_is_found_and_not_built_again(folder, layers):
    first, said = built(folder, layers), []
    assert built(folder, layers, said=said) == first
    assert said == [f"{first.reference} is there already."]


def test_another_model_keeps_all_other_layers(folder, layers):
    before = built(folder, layers)
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "notes.txt").write_text("trained again")
    after = built(folder, layers, model="prices:4")
    assert after.layers[:-1] == before.layers[:-1]
    assert after.id != before.id


def test_names_limits_and_variables_of_a_deployment_are_no_part_of_it(folder, layers, tmp_path):
    other = price_folder(
        tmp_path / "other", endpoint="else", deployment="green", threads=4, variables={"KEY": "secret"}
    )
    assert built(folder, layers).id == built(other, layers).id


def test_two_fresh_stores_give_the_same_image_byte_for_byte(folder, layers, tmp_path):
    here = built(folder, layers)
    there = built(folder, LayerStore(tmp_path / "fresh"))
    assert (there.id, there.digest) == (here.id, here.digest)


def test_the_server_in_the_image_knows_nothing_of_django(folder, layers):
    image = built(folder, layers)
    names = [name for layer in image.layers[1:] for name in names_in(layer, layers)]
    assert "opt/mlops/mlops/scoring/__main__.py" in names
    assert not [name for name in names if "django" in name.lower() or "/mlops/web" in name or "sklearn" in name]


def test_an_original_model_comes_with_the_libraries_it_was_trained_with(layers, tmp_path):
    folder = write_serving(tmp_path / "native", entry="native")
    (folder / "model").mkdir()
    (folder / "model" / "requirements.txt").write_text("scikit-learn==1.6.1\nnumpy\n")
    wanted = order(folder, entry="native").wanted
    assert "scikit-learn==1.6.1" in wanted.packages
    assert any(line.startswith("polars==") for line in wanted.packages)


def test_files_belong_to_root_have_no_times_and_carry_bytecode(folder, layers):
    image = built(folder, layers)
    for layer in image.layers:
        assert {(one.uid, one.gid, one.mtime) for one in names_in(layer, layers).values()} == {(0, 0, 0)}
    assert any(name.endswith(".pyc") for name in names_in(image.layers[1], layers))


def test_labels_say_where_the_model_comes_from(folder, layers):
    labels = json.loads(built(folder, layers).config)["config"]["Labels"]
    assert labels["mlops.model"] == "prices"
    assert labels["mlops.model.version"] == "3"
    assert labels["mlops.run"] == "r-17"
    assert labels["org.opencontainers.image.revision"] == "c0ffee"


def test_the_bill_of_materials_lists_exactly_the_locked_wheels_in_cyclonedx(folder, layers):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    image = built(folder, layers)
    text = text_in(image.layers[-1], layers, "sbom.cdx.json")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    libraries = {(one["name"], one["version"]) for one in json.loads(text)["components"] if one["type"] == "library"}
    assert libraries == {(wheel.name, wheel.version) for wheel in image.lock.wheels}


def test_serving_json_in_the_image_is_the_common_one(folder, layers):
    image = built(folder, layers)
    serving = msgspec.json.decode(text_in(image.layers[-1], layers, "srv/deployment/serving.json"), type=Serving)
    assert (serving.endpoint, serving.deployment, serving.model) == ("", "", "prices:3")
    assert serving.golden


def test_a_build_that_is_stopped_leaves_nothing_half_made(folder, tmp_path):
    store, said = LayerStore(tmp_path / "stopped"), []
    progress = Progress(said.append, lambda: len(said) > 2)
    with pytest.raises(Stopped):
        build(order(folder), store=store, progress=progress)
    assert list(store.scratch.iterdir()) == []


def test_a_layer_is_a_gzipped_tar_with_both_digests(folder, layers):
    layer = built(folder, layers).layers[-1]
    packed = layers.path(layer.digest).read_bytes()
    assert hashlib.sha256(packed).hexdigest() == layer.digest.removeprefix("sha256:")
    plain = gzip.decompress(packed)
    assert hashlib.sha256(plain).hexdigest() == layer.diff_id.removeprefix("sha256:")
    assert tarfile.is_tarfile(io.BytesIO(plain))


def test_a_script_without_an_environment_finds_pandas(layers, tmp_path):
    folder = script_folder(tmp_path / "script", "def init(): ...\ndef run(data): return data")
    assert any(line.startswith("pandas==") for line in order(folder, entry="script").wanted.packages)
