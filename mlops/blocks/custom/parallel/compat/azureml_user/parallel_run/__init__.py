"""What entry scripts of parallel jobs import: `from azureml_user.parallel_run import EntryScript`."""

from __future__ import annotations

import logging
import os
from typing import Any


class EntryScript:
    """The one object of this process. Its logger writes to the log of this worker."""

    _only: EntryScript | None = None

    def __new__(cls, *_given: Any, **_named: Any) -> EntryScript:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger("entry_script")

    @property
    def agent_name(self) -> str:
        return os.environ.get("MLOPS_PARALLEL_WORKER", "process000")

    @property
    def working_dir(self) -> str:
        return os.getcwd()

    @property
    def output_dir(self) -> str:
        """A folder whose files are kept with the job."""
        return _made("outputs")

    @property
    def log_dir(self) -> str:
        return _made("logs")

    @property
    def mini_batch_id(self) -> str:
        return os.environ.get("MLOPS_MINI_BATCH", "")


def _made(name: str) -> str:
    path = os.path.join(os.getcwd(), name)
    os.makedirs(path, exist_ok=True)
    return path
