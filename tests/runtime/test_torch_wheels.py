"""PyTorch for machines without a GPU: asked for where it is meant, and done without where its index is out of reach."""

from __future__ import annotations

import zipfile

import pytest

from mlops.formats.definition import Requirements
from mlops.formats.lock import Locked, read_lock
from mlops.runtime.environment import Failed, build
from mlops.runtime.torch_wheels import as_arguments, backend_wanted, has_gpu, marked

TORCH = (Locked(name="torch", version="2.9.1"),)
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def local_index(tmp_path, monkeypatch):
    """An index with a torch of no contents; no other one can be reached."""
    place = tmp_path / "index" / "torch"
    place.mkdir(parents=True)
    name, told = "torch-2.9.1-py3-none-any.whl", "torch-2.9.1.dist-info"
    with zipfile.ZipFile(place / name, "w") as wheel:
        wheel.writestr(f"{told}/METADATA", "Metadata-Version: 2.1\nName: torch\nVersion: 2.9.1\n")
        wheel.writestr(f"{told}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{told}/RECORD", "")
    (place / "index.html").write_text(f'<a href="{name}">{name}</a>')
    monkeypatch.setenv("UV_DEFAULT_INDEX", (tmp_path / "index").as_uri())
    monkeypatch.setenv("HTTPS_PROXY", NOWHERE)
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("MLOPS_TORCH_BACKEND", "cpu")


def test_an_index_of_pytorch_out_of_reach_leaves_the_plain_wheels_and_says_so(local_index, tmp_path, capsys):
    folder = tmp_path / "environment"
    build(Requirements(packages=("torch",)), folder, "")
    said = capsys.readouterr().out
    assert "looked for at its own index" in said
    assert "MLOPS_TORCH_BACKEND=off asks no more" in said
    lock = (folder / "requirements.lock").read_text()
    assert (read_lock(lock)[0].version, as_arguments(lock)) == ("2.9.1", [])


def test_a_lock_that_names_a_backend_is_installed_from_pytorchs_index(local_index, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    lock = marked(f"torch==2.9.1+cpu \\\n    --hash=sha256:{'0' * 64}\n", "cpu")
    assert [one.version for one in read_lock(lock)] == ["2.9.1+cpu"]
    with pytest.raises(Failed) as failed:
        build(Requirements(packages=("torch",)), tmp_path / "environment", lock)
    assert "download.pytorch.org/whl/cpu" in failed.value.said


@pytest.mark.parametrize(
    ("found", "options", "environ", "backend"),
    [
        (TORCH, (), {"MLOPS_TORCH_BACKEND": "cu128"}, "cu128"),
        (TORCH, (), {"MLOPS_TORCH_BACKEND": "off"}, ""),
        (TORCH, (), {"MLOPS_TORCH_BACKEND": "cpu", "UV_TORCH_BACKEND": "auto"}, ""),
        (TORCH, ("--extra-index-url https://wheels.example",), {"MLOPS_TORCH_BACKEND": "cpu"}, ""),
        ((Locked(name="torch", version="2.9.1+cu128"),), (), {"MLOPS_TORCH_BACKEND": "cpu"}, ""),
        ((Locked(name="numpy", version="2.3.0"),), (), {"MLOPS_TORCH_BACKEND": "cpu"}, ""),
    ],
)
def test_pytorch_is_chosen_by_the_setting_where_nobody_chose_otherwise(found, options, environ, backend):
    assert backend_wanted(found, options, environ) == backend


def test_without_a_gpu_the_wheels_without_cuda_are_meant():
    assert backend_wanted(TORCH, (), {}) == ("" if has_gpu() else "cpu")
