"""What docs/deploy/Dockerfile installs, without an engine: its size, and that web processes lack nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

from mlops.runtime import learning

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
LIMIT_BYTES = 600_000_000
BASE_BYTES = 132_000_000
"""python:3.11-slim-bookworm, unpacked."""
ABSENT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

NAMES = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Absent())
"""
MODULES = (
    "mlops.urls", "mlops.asgi", "mlops.server.web", "mlops.server.migrate", "mlops.datasets.reading.__main__",
    "mlops.analytics.engine.running", "mlops.collected.exporting", "mlops.blocks.catalogue", "mlops.server.loading",
)  # fmt: skip


def _requirements(part: str) -> list[str]:
    words = [sys.executable, str(DEPLOY / "requirements"), part, "postgres,redis,s3"]
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def _closure(lines: Iterable[str]) -> set[str]:
    found: set[tuple[str, str]] = set()
    left = [Requirement(line) for line in lines]
    while left:
        one = left.pop()
        for extra in ("", *one.extras):
            if (one.name.lower(), extra) in found:
                continue
            found.add((one.name.lower(), extra))
            needed = (Requirement(line) for line in distribution(one.name).requires or ())
            left += [each for each in needed if each.marker is None or each.marker.evaluate({"extra": extra})]
    return {name for name, _extra in found}


def _files(names: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Where in site-packages, and the file; programs lie above."""
    for name in names:
        for file in distribution(name).files or ():
            if ".." not in file.parts and (path := Path(str(file.locate()))).is_file():
                yield str(file), path


def _product() -> Iterator[tuple[str, Path]]:
    for folder in ("mlops", "designer", "docs"):
        yield from ((str(path.relative_to(ROOT)), path) for path in (ROOT / folder).rglob("*") if path.is_file())


def _lay(source: Path, target: Path) -> None:
    """Content is laid only where `trim` changes it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if ".so" in source.name and not source.parent.name.endswith(".libs"):
        shutil.copyfile(source, target)
    else:
        target.touch()
        os.truncate(target, source.stat().st_size)


def test_the_image_of_web_processes_is_below_its_limit(tmp_path):
    for name, path in (*_files(_closure(_requirements("server"))), *_product()):
        if "__pycache__" not in name:
            _lay(path, tmp_path / name)
    subprocess.run(["sh", str(DEPLOY / "trim"), str(tmp_path)], check=True)
    sizes = {path: path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()}
    largest = sorted(((size, path.name) for path, size in sizes.items()), reverse=True)[:8]
    assert BASE_BYTES + sum(sizes.values()) < LIMIT_BYTES, largest


def test_what_the_worker_has_more_is_what_the_product_asks_for():
    assert {Requirement(line).name for line in _requirements("all")} >= learning.LIBRARIES
    assert not learning.LIBRARIES & _closure(_requirements("server")), "something else asks for it too"


def test_time_zones_are_known_where_the_system_has_none():
    assert "tzdata" in _closure(_requirements("server"))


def test_web_processes_load_without_the_libraries_of_models():
    names = "sklearn,scipy,pandas,onnx,onnxruntime,lightgbm,shap,mlflow,optuna,fairlearn,imblearn,skl2onnx,uv"
    code = f"{ABSENT}\nimport os, importlib, django\nos.environ['DJANGO_SETTINGS_MODULE'] = 'mlops.settings'\n"
    code += f"django.setup()\nfor name in {MODULES}:\n    importlib.import_module(name)\n"
    code += "from mlops.blocks.catalogue import components\nassert len(list(components())) > 20"
    done = subprocess.run([sys.executable, "-c", code, names], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
