"""Where models lie among the files of a run: folders in MLflow's form, files that are models by their names, and any
other folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mlops.formats.manifest import File, Manifest
from mlops.runs.files import RunFile, logged, made
from mlops.runs.models import Run, Step

MLMODEL = "MLmodel"
SUFFIXES = (".onnx", ".pkl", ".joblib", ".pt", ".pth", ".h5", ".keras", ".bst", ".ubj", ".safetensors", ".skops")
MOST = 200


class ModelPlace(msgspec.Struct, frozen=True, kw_only=True):
    """`is_model`: its files say so."""

    place: str
    is_model: bool
    count: int
    size_bytes: int

    @property
    def name(self) -> str:
        return self.place.partition("/")[2] or self.place


def model_places(run: Run) -> list[ModelPlace]:
    """Models first, each only once: nothing inside a folder in MLflow's form is told again. At most MOST."""
    files = [*logged(run), *_own(run)]
    models = _models(files)
    known = {one.place for one in models}
    rest = (file for file in files if not any(file.place.startswith(f"{one}/") for one in known))
    others = {folder for file in rest for folder in _above(file.place)} - known
    return models + [_told(place, files, is_model=False) for place in sorted(others)[: MOST - len(models)]]


def models_of(run: Run) -> list[ModelPlace]:
    """Those whose files say that they are models."""
    return _models([*logged(run), *_own(run)])


def _models(files: list[RunFile]) -> list[ModelPlace]:
    folders = [file.place.removesuffix(f"/{MLMODEL}") for file in files if file.name == MLMODEL]
    rest = [file for file in files if not any(file.place.startswith(f"{folder}/") for folder in folders)]
    single = [file.place for file in rest if file.suffix in SUFFIXES]
    return [_told(place, files, is_model=True) for place in [*sorted(folders), *sorted(single)][:MOST]]


def manifest_at(run: Run, place: str) -> Manifest:
    """The file, or those of the folder by their paths in it; empty where there are none."""
    found = _at(place, [*logged(run), *_own(run)])
    files = (File(path=path, digest=file.digest, size_bytes=file.size_bytes) for path, file in found)
    return Manifest(files=tuple(sorted(files, key=lambda file: file.path)))


def _at(place: str, files: Iterable[RunFile]) -> list[tuple[str, RunFile]]:
    place = place.strip("/")
    whole = [(file.name, file) for file in files if file.place == place]
    start = f"{place}/"
    return whole or [(file.place.removeprefix(start), file) for file in files if file.place.startswith(start)]


def _told(place: str, files: list[RunFile], *, is_model: bool) -> ModelPlace:
    inside = [file.size_bytes for _path, file in _at(place, files)]
    return ModelPlace(place=place, is_model=is_model, count=len(inside), size_bytes=sum(inside))


def _own(run: Run) -> Iterator[RunFile]:
    """Data that went in was not made here, and models of Train Model are registered by their step."""
    rows = Step.objects.filter(run=run).exclude(component="dataset").values_list("node", "outputs")
    taken = {f"outputs/{node}/{port}/" for node, ports in rows for port, one in ports.items() if one["type"] != "model"}
    for file in made(run):
        if any(file.place.startswith(start) for start in taken):
            yield file


def _above(place: str) -> Iterator[str]:
    """The folders above a file, but for the first, which only says what kind of files they are."""
    parts = place.split("/")
    least = 2 if parts[0] == "artifacts" else 3
    for end in range(least, len(parts)):
        yield "/".join(parts[:end])
