"""`azureml.core` for scripts that were written for it, where a job's environment does not have it.

It stands behind nothing that is installed: as soon as there is any package `azureml`, this one is left out."""

from __future__ import annotations

import shutil
from pathlib import Path

SOURCE = Path(__file__).with_name("azureml_core.py")
FOLDER = "stand-in"


def path_of_stand_in(python: Path, work: Path, given: str = "") -> dict[str, str]:
    """PYTHONPATH with the stand-in behind what was `given`, or nothing. `python`: the interpreter of the job."""
    site = (python.parent.parent / "lib").glob("python3*/site-packages/azureml")
    if any(site):
        return {}
    core = work / FOLDER / "azureml" / "core"
    if not core.exists():
        core.mkdir(parents=True)
        (core.parent / "__init__.py").write_text("")
        shutil.copyfile(SOURCE, core / "__init__.py")
        (core / "run.py").write_text("from azureml.core import Run\n")
    return {"PYTHONPATH": f"{given}:{work / FOLDER}" if given else str(work / FOLDER)}
