"""The packages of an image: chosen once, fetched once, refused with a reason."""

from __future__ import annotations

import shutil

import pytest

from mlops.formats.refusal import Refusal
from mlops.packaging.images.locks import Lock, Target, Wanted, Wheel, lock
from mlops.packaging.images.oci import Platform
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore
from mlops.packaging.images.wheelhouse import Wheelhouse
from tests.packaging.images.orders import built

TARGET = Target(python="3.11", platform=Platform())
CLICK = Wanted(packages=("click==8.5.1",))


def test_a_lock_names_each_wheel_with_its_digest(tmp_path):
    found = lock(CLICK, target=TARGET, folder=tmp_path, progress=Progress())
    assert [(one.name, one.version, len(one.sha256)) for one in found.wheels] == [("click", "8.5.1", 64)]
    assert found.requirements.startswith("click==8.5.1 --hash=sha256:")


def test_the_second_time_needs_no_index(tmp_path, monkeypatch):
    first = lock(CLICK, target=TARGET, folder=tmp_path, progress=Progress())
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    assert lock(CLICK, target=TARGET, folder=tmp_path, progress=Progress()) == first


def test_an_unreachable_index_is_explained(tmp_path, monkeypatch):
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(Refusal) as refused:
        lock(CLICK, target=TARGET, folder=tmp_path, progress=Progress())
    assert refused.value.code == "index_unreachable"
    assert "network" in refused.value.hint


def test_a_package_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Refusal) as refused:
        lock(Wanted(packages=("click==99.0",)), target=TARGET, folder=tmp_path, progress=Progress())
    assert refused.value.code == "packages_not_found"
    assert "click==99.0" in refused.value.message


def test_a_wheel_for_another_machine_is_another_wheel(tmp_path):
    wanted = Wanted(packages=("msgspec==0.22.0",))
    here = lock(wanted, target=TARGET, folder=tmp_path, progress=Progress())
    arm = Target(python="3.11", platform=Platform(architecture="arm64"))
    there = lock(wanted, target=arm, folder=tmp_path, progress=Progress())
    assert "aarch64" in there.wheels[0].filename
    assert here.digest != there.digest


def test_a_wheel_that_changed_at_the_index_is_refused(tmp_path):
    file = tmp_path / "thing-1.0-py3-none-any.whl"
    file.write_bytes(b"changed")
    wheel = Wheel(name="thing", version="1.0", url=file.as_uri(), sha256="0" * 64)
    with pytest.raises(Refusal) as refused:
        Wheelhouse(tmp_path / "house").gather(Lock(wheels=(wheel,), target=TARGET), progress=Progress())
    assert refused.value.code == "wheel_changed"


def test_a_second_build_needs_no_index_and_no_network(folder, layers, tmp_path, monkeypatch):
    first = built(folder, layers)
    store = LayerStore(tmp_path / "again")
    shutil.copytree(layers.folder / "locks", store.folder / "locks", dirs_exist_ok=True)
    shutil.copytree(layers.folder / "wheels", store.folder / "wheels", dirs_exist_ok=True)
    for name in ("UV_INDEX_URL", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert built(folder, store).id == first.id
