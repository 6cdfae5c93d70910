"""A model that is to be explained: what it takes, and numbers for rows. Opens pickles: for child processes only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from mlops.formats.explanation import Unit
from mlops.formats.model import MANIFEST_FILE, ModelManifest
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext
from mlops.packaging.requests import DTYPES, reference_rows

Numbers = npt.NDArray[np.float64]
BLOCK_ROWS = 200_000


@dataclass(frozen=True, kw_only=True)
class OpenModel:
    """`numbers`: [rows, outputs] for request rows. `cells`: what the last estimator gets, [rows, cells]; None where it
    is no matrix, or where no estimator is known. `cell_columns`: the column that each cell is named after, or empty."""

    task: str
    classes: tuple[str, ...]
    outputs: tuple[str, ...]
    names: tuple[str, ...]
    types: dict[str, str]
    """By column: integer, decimal, string, boolean or date."""
    answer: Callable[[pl.DataFrame], pl.DataFrame]
    numbers_of: Callable[[pl.DataFrame], Numbers]
    label: str = ""
    estimator: Any = None
    cells: Callable[[pl.DataFrame], Numbers] | None = None
    cell_columns: tuple[str, ...] = ()
    sample: pl.DataFrame | None = None
    """Rows of its training data that the model carries."""

    @property
    def unit(self) -> Unit:
        return "probability" if self.task in ("two_class", "multiclass") else "prediction"

    def numbers(self, frame: pl.DataFrame) -> Numbers:
        parts = [self.numbers_of(frame.slice(at, BLOCK_ROWS)) for at in range(0, frame.height, BLOCK_ROWS)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def request(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns that the model takes, in its types. Raises Refusal `missing_column`."""
        for name in self.names:
            if name not in frame.columns:
                raise Refusal(
                    "missing_column",
                    gettext("The dataset has no column “%(name)s”, which the model takes.") % {"name": name},
                    hint=nearest(name, frame.columns)
                    or (gettext("Its columns are: %(names)s.") % {"names": ", ".join(frame.columns[:20])}),
                    status=422,
                    where=Where(column=name),
                )
        return frame.select(_cast(name, self.types.get(name, "")) for name in self.names)


def open_model(folder: Path) -> OpenModel:
    """Raises Refusal where no model of ours, no known file and no ONNX graph is in the folder."""
    from mlops.packaging.external.sources import graph_of

    if (folder / MANIFEST_FILE).is_file():
        return _trained_here(folder)
    graph = graph_of(folder)
    if graph is not None:
        from mlops.explanations.computing.onnx_model import open_graph

        return open_graph(graph, folder)
    return _external(folder)


def outputs_of(manifest: ModelManifest) -> tuple[str, ...]:
    """In words of the person: the class that a probability is of, or the label."""
    if manifest.task == "two_class":
        return (manifest.classes[1],)
    if manifest.task == "anomaly":
        return ("anomaly",)
    return manifest.classes or (manifest.label or "prediction",)


def _trained_here(folder: Path) -> OpenModel:
    from mlops.blocks.catalogue import block
    from mlops.blocks.features import matrix
    from mlops.blocks.scoring import load_model

    model = load_model(folder)
    manifest = model.manifest
    by_matrix = model.pipeline is None and getattr(block(manifest.algorithm), "predict", None) is None
    before, last = _parts(model.estimator)

    def cells(frame: pl.DataFrame) -> Numbers:
        found: Numbers = _through(before, matrix(model.prepared(frame), manifest.features))
        return found

    signature = manifest.signature
    return OpenModel(
        task=manifest.task,
        classes=manifest.classes,
        outputs=outputs_of(manifest),
        names=tuple(field.name for field in signature.inputs),
        types={field.name: field.type for field in signature.inputs},
        answer=model.score,
        numbers_of=lambda frame: _select(model.score(frame), manifest),
        label=manifest.label,
        estimator=last if by_matrix else None,
        cells=cells if by_matrix else None,
        cell_columns=tuple(one.column for one in manifest.features for _ in range(one.width)),
        sample=reference_rows(folder, signature) if (folder / "reference.parquet").is_file() else None,
    )


def _external(folder: Path) -> OpenModel:
    from mlops.packaging.external.original import given_to, open_original
    from mlops.packaging.external.sources import find_source
    from mlops.packaging.original_forms import example_rows

    source = find_source(folder)
    original = open_original(source, example_rows(source.example))
    manifest, estimator = original.manifest, original.estimator
    before, last = _parts(estimator)
    names = tuple(field.name for field in manifest.signature.inputs)

    def cells(frame: pl.DataFrame) -> Numbers:
        found: Numbers = _through(before, given_to(estimator, frame, manifest.signature))
        return found

    return OpenModel(
        task=manifest.task,
        classes=manifest.classes,
        outputs=outputs_of(manifest),
        names=names,
        types={field.name: field.type for field in manifest.signature.inputs},
        answer=original.score,
        numbers_of=lambda frame: _select(original.score(frame), manifest),
        estimator=last,
        cells=cells,
        cell_columns=() if before is not None else names,
    )


def _select(scored: pl.DataFrame, manifest: ModelManifest) -> Numbers:
    from mlops.blocks.score_columns import number_names

    names = [name for name in number_names(manifest.task, manifest.classes) if name in scored.columns]
    if not names:
        names = [name for name in scored.columns if scored[name].dtype.is_numeric()]
    found: Numbers = scored.select(names).cast(pl.Float64).to_numpy()
    return found


def _parts(estimator: Any) -> tuple[Any, Any]:
    """What comes before the last estimator (None: nothing), and that one."""
    best = getattr(estimator, "best_estimator_", None)
    if best is not None:
        return _parts(best)
    steps = getattr(estimator, "steps", None)
    if not steps:
        return None, estimator
    return (estimator[:-1] if len(steps) > 1 else None), steps[-1][1]


def _through(before: Any, cells: Any) -> Any:
    found = cells if before is None else before.transform(cells)
    if hasattr(found, "toarray"):
        found = found.toarray()
    return found.to_numpy() if hasattr(found, "to_numpy") else np.asarray(found)


def _cast(name: str, kind: str) -> pl.Expr:
    return pl.col(name).cast(DTYPES[kind], strict=False) if kind in DTYPES else pl.col(name)
