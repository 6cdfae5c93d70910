"""Class: files that run code when they are opened (CVE-2024-37052 to CVE-2024-37061, CVE-2024-27134, CVE-2025-10279,
CVE-2026-4137, CVE-2026-96775, CVE-2026-96804, CVE-2026-116692).

The web process, the worker and the router open no pickle and import nothing that somebody has sent: such files are
bytes to them. `tests/scans` holds what is told of a pickle without opening it, `tests/confinement` what its code can do
where a child process opens it at last."""

from __future__ import annotations

import pickle
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mlops.formats.mlmodel import read_mlmodel
from mlops.formats.refusal import Refusal


class Evil:
    """Leaves a mark when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (Path.touch, (self.mark,))


TAGS = (
    "!!python/object/apply:os.system ['touch {mark}']",
    "!!python/object/apply:subprocess.check_output [['touch', '{mark}']]",
    "!!python/object/new:os.system ['touch {mark}']", "!!python/name:os.system", "!!python/module:os",
    "!!python/object/apply:builtins.eval ['open(\"{mark}\", \"w\")']", "!!python/tuple [1]",
)  # fmt: skip


@pytest.fixture
def mark(tmp_path) -> Path:
    return tmp_path / "was-opened"


@pytest.fixture
def version(send, mark, world) -> dict[str, str]:
    """A model of files that run code, as MLflow's client registers it."""
    run = send("POST", "runs/create", {"experiment_id": "0"}).json()["run"]["info"]
    opened = pickle.dumps(Evil(mark))
    told = "flavors:\n  python_function:\n    loader_module: os\n  sklearn:\n    pickled_model: "
    for name, content in {
        "m/MLmodel": f"{told}model.pkl\n    x: {TAGS[0].format(mark=mark)}\n".encode(),
        "m/model.pkl": opened, "m/python_model.pkl": opened, "m/data.pth": opened, "m/model.joblib": opened,
        "m/input_example.json": b'{"columns": ["a"], "data": [[1]]}', "table.pkl": opened,
        "m/requirements.txt": f"--index-url https://evil.example\n-r /etc/passwd\n$(touch {mark})\n".encode(),
        "m/conda.yaml": TAGS[1].format(mark=mark).encode(), "m/python_env.yaml": TAGS[2].format(mark=mark).encode(),
    }.items():  # fmt: skip
        where = f"/api/2.0/mlflow-artifacts/artifacts/0/{run['run_id']}/artifacts/{name}"
        assert send("PUT", where, content).status_code == 200
    send("POST", "registered-models/create", {"name": "evil"})
    told = {"name": "evil", "source": f"runs:/{run['run_id']}/m", "run_id": run["run_id"]}
    assert send("POST", "model-versions/create", told).status_code == 200
    return run | {"page": f"/runs/{UUID(run['run_id'])}/"}


def test_what_is_uploaded_registered_listed_and_shown_is_opened_by_nobody(version, send, people, mark):
    from mlops.registry.models import ModelVersion

    kept = ModelVersion.objects.get(model__name="evil")
    shown = []
    for path in (
        "/models/", f"/models/{kept.model_id}/", f"/models/{kept.model_id}/?tab=versions",
        f"/models/{kept.model_id}/versions/{kept.number}/", f"/models/{kept.model_id}/versions/{kept.number}/card/",
        f"/api/v1/models/{kept.model_id}/", f"/api/v1/models/{kept.model_id}/versions/{kept.number}/",
        *(f"{version['page']}?tab={tab}" for tab in ("overview", "outputs", "tables", "images", "snapshot")),
        *(f"{version['page']}?tab=outputs&file=artifacts/m/{name}" for name in ("model.pkl", "MLmodel", "conda.yaml")),
        f"/mlflow/models/evil/versions/{kept.number}", f"/endpoints/deploy/?version={kept.pk}",
    ):  # fmt: skip
        shown += [path] * (send("GET", path, session=people["owner"]).status_code == 200)
        assert not mark.exists(), path
    assert len(shown) > 6, shown
    send("GET", "model-versions/get?name=evil&version=1")
    send("GET", "model-versions/search?filter=name='evil'")
    assert not mark.exists()


@pytest.mark.parametrize("tag", TAGS, ids=lambda tag: tag[:40])
def test_yaml_makes_plain_values_alone(tag, mark):
    for text in (f"flavors: {tag.format(mark=mark)}", f"flavors:\n  a: {tag.format(mark=mark)}", tag.format(mark=mark)):
        with pytest.raises(Refusal):
            read_mlmodel(text)
    assert not mark.exists()


def bomb() -> str:
    """Of few bytes, which stand for 9^8 values."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for earlier, name in pairwise("abcdefghi"):
        lines.append(f"{name}: &{name} [{','.join([f'*{earlier}'] * 9)}]")
    return "\n".join([*lines, "flavors: *i", ""])


@pytest.mark.parametrize(
    "text",
    [
        bomb(), "flavors: &a {b: *a}", "[" * 5_000, "flavors: {" * 3_000, "x" * 2_000_000, "flavors: \x00",
        "- " * 20_000, "",
    ],
    ids=["bomb", "circle", "deep list", "deep mapping", "long", "nul", "deep dashes", "nothing"],
)  # fmt: skip
def test_yaml_that_swells_or_never_ends_is_refused(text):
    with pytest.raises(Refusal) as told:
        read_mlmodel(text)
    assert told.value.code == "mlmodel_broken"
    assert len(told.value.message) < 1_000


def test_options_of_pip_in_a_models_packages_are_left_out(tmp_path):
    from mlops.formats.mlmodel import read_requirements_of

    (tmp_path / "requirements.txt").write_text("--index-url https://evil.example\n  -r /etc/passwd\n-e .\nnumpy==2.0\n")
    assert read_requirements_of(tmp_path).packages == ("numpy==2.0",)


def test_nothing_in_the_data_folder_can_be_written_by_others(version, data_dir):
    """What others could write, they could swap for a pickle of theirs."""
    loose = [one for one in data_dir.rglob("*") if not one.is_symlink() and one.stat().st_mode & stat.S_IWOTH]
    assert loose == []
