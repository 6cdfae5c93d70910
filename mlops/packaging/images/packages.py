"""Which packages the server in an image needs, by the way in which the model answers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from mlops.formats.serving import SERVING_FILE, Serving
from mlops.packaging.images.locks import Wanted
from mlops.packaging.images.runtime import ORIGINAL
from mlops.packaging.images.runtime import SERVER as SERVER_PARTS

SERVER = ("msgspec", "httptools", "uvloop")
"""What the scoring server itself is made of."""
ONNX = (*SERVER, "numpy", "onnxruntime")
NATIVE = (*SERVER, "numpy", "polars", "scikit-learn", "joblib")
PIPELINE = (
    *NATIVE,
    "pandas",
    "pyarrow",
    "duckdb",
    "lightgbm",
    "imbalanced-learn",
    "simplemma",
    "stop-words",
    "onnxruntime",
)
"""An inference pipeline may have any component in it."""
FRAMEWORKS = {
    "sklearn": ("pandas",), "lightgbm": ("lightgbm", "pandas"), "xgboost": ("xgboost-cpu", "pandas")
}  # fmt: skip
"""Of a model's file that was not trained here."""
MLFLOW = (*NATIVE, "pandas", "mlflow-skinny", "PyYAML")
SCRIPT = (
    *SERVER,
    "numpy",
    "onnxruntime",
    "pandas",
    "polars",
    "pyarrow",
    "scikit-learn",
    "joblib",
    "lightgbm",
    "xgboost-cpu",
)
"""A script without an environment of its own finds what it finds when it runs as a process here."""
MIXED = "mixed"
"""Several models in one server, each with an entry of its own."""
OURSELVES = "mlops-studio"
"""What of it is needed is a layer of its own."""
REQUIREMENTS_FILE = "requirements.txt"


def wanted(entry: str, folder: Path, *, own: tuple[str, ...] = (), is_pipeline: bool = False) -> Wanted:
    """`folder` is the laid-out one; `own` are the packages of an environment that was chosen for the script."""
    if own:
        return Wanted(packages=tuple(sorted({*own, *_unless_named(SERVER, own)})), constraints=_held(SERVER))
    if entry == "onnx":
        return Wanted(packages=pinned(ONNX), constraints=installed())
    if entry == "mlflow":
        return _beside(_trained_with(folder / "model" / REQUIREMENTS_FILE), MLFLOW)
    if entry in ("script", MIXED):
        return Wanted(packages=pinned(SCRIPT), constraints=installed())
    needed = PIPELINE if is_pipeline else (*NATIVE, *FRAMEWORKS.get(_framework(folder), ()))
    return _beside(_trained_with(folder / "model" / REQUIREMENTS_FILE), needed)


def _beside(trained_with: list[str], names: Iterable[str]) -> Wanted:
    """What the model names, and the rest at the versions of here."""
    needed = pinned(names)
    named = {canonicalize_name(Requirement(line).name) for line in trained_with}
    others = [line for line in needed if canonicalize_name(Requirement(line).name) not in named]
    limits = [line for line in installed() if canonicalize_name(Requirement(line).name) not in named]
    return Wanted(packages=tuple(sorted({*trained_with, *others})), constraints=tuple(limits))


def _framework(folder: Path) -> str:
    file = folder / SERVING_FILE
    return msgspec.json.decode(file.read_bytes(), type=Serving).framework if file.is_file() else ""


def parts(entry: str) -> tuple[str, ...]:
    """Which of our own packages go along."""
    return ORIGINAL if entry in ("native", "mlflow", MIXED) else SERVER_PARTS


def pinned(names: Iterable[str]) -> tuple[str, ...]:
    """Those that are installed here, at the version of here: recorded answers were given by them."""
    versions = _versions()
    return tuple(
        sorted(f"{name}=={versions[canonicalize_name(name)]}" for name in names if canonicalize_name(name) in versions)
    )


def installed() -> tuple[str, ...]:
    return tuple(sorted(f"{name}=={version}" for name, version in _versions().items()))


def _held(names: Iterable[str]) -> tuple[str, ...]:
    """Lower bounds for the server's own packages beside packages that somebody else chose."""
    return tuple(line.replace("==", ">=") for line in pinned(names))


def _unless_named(names: Iterable[str], own: Iterable[str]) -> set[str]:
    taken = {canonicalize_name(Requirement(line).name) for line in own if _is_named(line)}
    return {name for name in names if canonicalize_name(name) not in taken}


def _is_named(line: str) -> bool:
    try:
        Requirement(line)
    except InvalidRequirement:
        return False
    return True


def _trained_with(file: Path) -> list[str]:
    lines = file.read_text().splitlines() if file.is_file() else []
    named = [line.strip() for line in lines if line.strip() and not line.startswith("#") and _is_named(line.strip())]
    return [line for line in named if canonicalize_name(Requirement(line).name) != OURSELVES]


@cache
def _versions() -> dict[str, str]:
    """Local versions (1.0+cpu) are no index's; what is installed from a folder is not at one either."""
    found = {}
    for one in metadata.distributions():
        name, is_local = canonicalize_name(one.name), one.read_text("direct_url.json") is not None
        if not is_local and "+" not in one.version:
            found[str(name)] = one.version
    return found
