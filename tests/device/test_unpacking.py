"""A downloaded archive: what is refused before anything of it is run."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import msgspec
import pytest

from mlops.device.unpacking import read_manifest, unpack
from mlops.formats.bundle import BundleManifest
from mlops.formats.refusal import Refusal
from mlops.packaging.bundles.archive import write_bundle
from mlops.packaging.bundles.signing import public_key, sign
from tests.device.bundles import manifest

RUNNING = manifest(serial=3)


def made(folder: Path, wanted: BundleManifest) -> Path:
    for name in ("serving", "site"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "x").write_text(name)
    archive = folder / "b.tar.gz"
    write_bundle(
        wanted, archive, name="prices-blue", serving=folder / "serving", site=folder / "site", entry="onnx", sign=sign
    )
    return archive


def test_a_newer_bundle_is_laid_out_and_can_be_run(tmp_path):
    folder = unpack(made(tmp_path, manifest(serial=4)), tmp_path / "versions", key=public_key(), running=RUNNING)
    assert folder == tmp_path / "versions" / "4"
    assert read_manifest(folder).serial == 4
    assert (folder / "run").stat().st_mode & 0o111


def test_equal_content_gives_equal_bytes(tmp_path):
    first = made(tmp_path, manifest()).read_bytes()
    assert made(tmp_path, manifest()).read_bytes() == first


UNFIT = [
    ({"serial": 3}, "is not newer"),
    ({"serial": 4, "platform": "aarch64"}, "another one's"),
    ({"serial": 4, "deployment_id": "x"}, "another one's"),
]


@pytest.mark.parametrize(("changes", "said"), UNFIT)
def test_a_bundle_that_does_not_fit_is_refused(tmp_path, changes, said):
    with pytest.raises(Refusal, match=said):
        unpack(made(tmp_path, manifest(**changes)), tmp_path / "versions", key=public_key(), running=RUNNING)
    assert list((tmp_path / "versions").iterdir()) == []


def test_a_bundle_of_another_key_is_refused(tmp_path):
    with pytest.raises(Refusal, match="not signed with the key that this device trusts"):
        unpack(made(tmp_path, manifest(serial=4)), tmp_path / "versions", key="00" * 32, running=RUNNING)


def archive_of(path: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(b"x" * entry.size))
    return path


def entry(name: str, **fields: object) -> tarfile.TarInfo:
    made_entry = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(made_entry, field, value)
    return made_entry


DANGERS = [entry("../outside"), entry("/etc/x"), entry("b/link", type=tarfile.SYMTYPE, linkname="/etc"), entry("b/d", type=tarfile.CHRTYPE)]  # fmt: skip # noqa: E501


@pytest.mark.parametrize("danger", DANGERS, ids=lambda one: one.name)
def test_an_archive_that_reaches_out_of_its_folder_is_refused(tmp_path, danger):
    with pytest.raises(Refusal, match="which no bundle does"):
        unpack(archive_of(tmp_path / "b.tar.gz", danger), tmp_path / "versions", key="", running=RUNNING)


def test_a_broken_archive_is_refused(tmp_path):
    whole = made(tmp_path, manifest(serial=4)).read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refusal, match="cannot be unpacked"):
        unpack(tmp_path / "half.tar.gz", tmp_path / "versions", key=public_key(), running=RUNNING)


def test_the_manifest_says_what_the_bundle_is(tmp_path):
    folder = unpack(made(tmp_path, manifest(serial=4)), tmp_path / "versions", key=public_key(), running=RUNNING)
    told = msgspec.json.decode((folder / "bundle.json").read_bytes())
    assert (told["model"], told["platform"]) == ("prices:1", "x86_64")
    assert "code/mlops/scoring/__main__.py" in told["files"]
