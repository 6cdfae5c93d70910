"""Jobs from the folders beside, created as their project's contributor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlops.jobs.actions import Asked, create_job
from mlops.runs.models import Run

FILES = Path(__file__).parent / "files"
Create = Callable[..., Run]


@pytest.fixture
def create(contributor, project) -> Create:
    """The job of a file of a folder; `settings` as `--set` has them."""

    def made(folder: Path | str, main: str = "job.yml", *settings: str, name: str = "") -> Run:
        place = FILES / folder if isinstance(folder, str) else folder
        run, _warnings = create_job(contributor, project, place, main=main, asked=Asked(settings=settings, name=name))
        return run

    return made


def written(folder: Path, text: str, **files: str) -> Path:
    """A folder with `job.yml` of that text; names of other files have `__` for a slash and `_` for the last dot."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.yml").write_text(text)
    for name, content in files.items():
        stem, _, ending = name.replace("__", "/").rpartition("_")
        path = folder / f"{stem}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder
