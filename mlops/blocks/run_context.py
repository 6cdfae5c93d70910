"""`from azureml.core import Run` in a user's script: the few calls on a run that scripts make, told to our reporter.

Scripts that were written for Azure's designer log with `Run.get_context().log(name, value)`. While a script runs,
this module stands in for `azureml.core`, which is not installed; without a script nothing of it is there."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter

NAMES = ("azureml", "azureml.core", "azureml.core.run")


class RunContext:
    """What a script gets of its run. `parent` is the run itself: metrics of a step are those of its run."""

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self.tags: dict[str, str] = {}

    @property
    def parent(self) -> RunContext:
        return self

    def log(self, name: str, value: Any, description: str = "") -> None:
        """A number becomes a metric of the step, anything else a line of the log."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            number = getattr(value, "item", None)
            value = number() if number is not None and getattr(value, "size", 1) == 1 else value
        if isinstance(value, int | float):
            self._report.metric(name, float(value))
        self._report.log(f"{name}: {value}")

    def log_list(self, name: str, value: Sequence[Any], description: str = "") -> None:
        for each in value:
            self.log(name, each)

    def log_row(self, name: str, description: str = "", **values: Any) -> None:
        for key, value in values.items():
            self.log(f"{name}.{key}", value)

    def log_table(self, name: str, value: Mapping[str, Any], description: str = "") -> None:
        self.log_row(name, **{key: each for key, each in value.items() if not isinstance(each, list | tuple)})
        for key, each in value.items():
            if isinstance(each, list | tuple):
                self.log_list(f"{name}.{key}", each)

    def log_image(self, name: str, path: str | None = None, plot: Any = None, description: str = "") -> None:
        self._report.log(f"{name}: pictures are not kept. Return them as a table, or use Execute R Script.")

    def tag(self, key: str, value: Any = None) -> None:
        self.tags[key] = str(value)
        self._report.log(f"Tag {key}: {value}")

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        for key, value in tags.items():
            self.tag(key, value)

    def get_metrics(self, *names: str) -> dict[str, Any]:
        return {}

    def upload_file(self, name: str, path_or_stream: Any) -> None:
        self._report.log(f"{name}: files are not kept. Return their content as a table.")

    def flush(self, timeout_seconds: int = 0) -> None:
        pass

    def complete(self) -> None:
        pass


@contextlib.contextmanager
def run_context(report: Reporter) -> Iterator[None]:
    """`azureml.core.Run` for as long as a script runs. One that is really installed is left alone."""
    if any(name in sys.modules for name in NAMES) or _is_installed():
        yield
        return
    context = RunContext(report)
    modules = {name: ModuleType(name) for name in NAMES}

    class Run(RunContext):
        @staticmethod
        def get_context(allow_offline: bool = True) -> RunContext:
            return context

    for name, module in modules.items():
        module.__path__ = []
        module.Run = Run  # type: ignore[attr-defined]
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(modules[parent], last, module)
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in NAMES:
            sys.modules.pop(name, None)


def _is_installed() -> bool:
    from importlib.util import find_spec

    try:
        return find_spec("azureml.core") is not None
    except ModuleNotFoundError:
        return False
