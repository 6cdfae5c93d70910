"""Explanations by the SDK: asked for, followed, compared, and brought along by code that computed them itself."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Call = Callable[..., Any]


class ExplanationOperations:
    """`model` is `name` or `name:version`; instead of it `job` names a job."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def create(self, model: str, *, wait: bool = True, **settings: Any) -> dict[str, Any]:
        """Settings as those of `mlops explain create`, such as data, kind, rows, fairness="gender,age"."""
        words = [word for name, value in settings.items() for word in _option(name, value)]
        made: dict[str, Any] = self._call("explain", "create", "-n", model, *words)
        return self.wait(model, name=made["name"]) if wait else made

    def wait(self, model: str = "", *, job: str = "", name: str = "") -> dict[str, Any]:
        """Raises RequestFailed where it fails or is cancelled."""
        found: dict[str, Any] = self._call("explain", "wait", *_which(model, job, name))
        return found

    def get(self, model: str = "", *, job: str = "", name: str = "") -> dict[str, Any]:
        """The newest without a name."""
        found: dict[str, Any] = self._call("explain", "show", *_which(model, job, name))
        return found

    def list(self, model: str = "", *, job: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("explain", "list", *_which(model, job, ""))
        return found

    def compare(self, before: str, after: str) -> dict[str, Any]:
        """Each is `model:version`, `model:version/explanation`, `jobs/job/explanation` or an id."""
        found: dict[str, Any] = self._call("explain", "compare", before, after)
        return found

    def download(self, model: str = "", *, job: str = "", name: str = "", download_path: str = ".") -> str:
        """Where the zip lies now."""
        words = _which(model, job, name)
        return str(self._call("explain", "download", *words, "-p", download_path)["path"])

    def upload(
        self, explanation: Any, *, job: str, model: str = "", name: str = "", comment: str = ""
    ) -> dict[str, Any]:
        """`explanation`: the plain form as a dict, or an Explanation of shap, or one with `local_importance_values` or
        `global_importance_values`, as Azure's clients make them."""
        with _file(plain(explanation)) as path:
            words = [*(["-n", model] if model else []), *(["--comment", comment] if comment else [])]
            words += ["--explanation-name", name] if name else []
            made: dict[str, Any] = self._call("explain", "upload", "-f", path, "--job", job, *words)
        return made

    def cancel(self, model: str = "", *, job: str = "", name: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self._call("explain", "cancel", *_which(model, job, name))
        return found

    def delete(self, model: str = "", *, job: str = "", name: str = "") -> None:
        self._call("explain", "delete", *_which(model, job, name), "--yes")


def plain(explanation: Any) -> dict[str, Any]:
    """The plain form of what shap, or a client of Azure ML, made. Raises TypeError of anything else."""
    if isinstance(explanation, dict):
        return explanation
    if hasattr(explanation, "base_values") and hasattr(explanation, "values"):
        return _of_shap(explanation)
    if hasattr(explanation, "global_importance_values") or hasattr(explanation, "local_importance_values"):
        return _of_azure(explanation)
    kind = type(explanation).__name__
    raise TypeError(f"{kind} is no explanation that is known here: give a dict in the plain form, or one of shap.")


def _of_shap(given: Any) -> dict[str, Any]:
    values = _listed(given.values)
    columns = _listed(given.feature_names) or [f"column {at}" for at in range(len(values[0]))]
    count = len(values[0][0]) if isinstance(values[0][0], list) else 1
    outputs = _listed(getattr(given, "output_names", None)) or _numbered(count)
    base = _listed(given.base_values)
    if isinstance(base, list) and len(base) == len(values) and not (count == len(base) and count > 1):
        base = base[0]  # told for each row
    told = {
        "columns": [str(one) for one in columns],
        "outputs": [str(one) for one in (outputs if isinstance(outputs, list) else [outputs])],
        "base": base,
        "contributions": values,
        "method": "Computed by shap",
    }
    data = _listed(getattr(given, "data", None))
    return told | ({"rows": data} if data else {})


def _of_azure(given: Any) -> dict[str, Any]:
    columns = [str(one) for one in _listed(getattr(given, "features", None)) or []]
    local = _listed(getattr(given, "local_importance_values", None))
    told: dict[str, Any] = {"method": str(getattr(given, "method", "") or "")}
    if local:
        if isinstance(local[0][0], list):  # [class][row][column]
            told["outputs"] = [str(one) for one in _listed(getattr(given, "classes", None)) or _numbered(len(local))]
            local = [[list(cells) for cells in zip(*rows, strict=True)] for rows in zip(*local, strict=True)]
        told |= {"contributions": local}
        columns = columns or [f"column {at}" for at in range(len(local[0]))]
        base = _listed(getattr(given, "expected_values", None))
        told |= {"base": base} if base is not None else {}
    else:
        values = _listed(given.global_importance_values)
        columns = columns or [f"column {at}" for at in range(len(values))]
        told["importance"] = values
    return told | {"columns": columns}


def _numbered(count: int) -> list[str]:
    return ["prediction"] if count == 1 else [str(at) for at in range(count)]


def _listed(values: Any) -> Any:
    if values is None or isinstance(values, str | float | int):
        return values
    return values.tolist() if hasattr(values, "tolist") else list(values)


@contextmanager
def _file(told: dict[str, Any]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "explanation.json"
        path.write_text(json.dumps(told, default=str))
        yield str(path)


def _which(model: str, job: str, name: str) -> Sequence[str]:
    words = ["-n", model] if model else ["--job", job]
    return [*words, *(["--explanation-name", name] if name else [])]


def _option(name: str, value: Any) -> list[str]:
    option = f"--{name.replace('_', '-')}"
    if value in (None, False, ""):
        return []
    return [option] if value is True else [option, str(value)]
