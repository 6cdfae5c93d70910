"""The original model of a folder, with the ways to write it as ONNX: of one trained here, or from elsewhere.

Opens pickles: for child processes only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.model import MANIFEST_FILE
from mlops.packaging.parity import Reference, Scorer
from mlops.packaging.references import made_up, of_sample

Ways = Iterator[tuple[str, bytes, Callable[[], bytes]]]
"""In words; the ONNX file; the same with float32 inside, to which quantising can be applied."""
MOST_EXAMPLE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class OriginalForm:
    original: Scorer
    reference: Callable[[], Reference]
    ways: Callable[[], Ways]
    is_external: bool


def original_of(folder: Path) -> OriginalForm:
    """Raises Refusal `not_convertible`."""
    return _trained_here(folder) if (folder / MANIFEST_FILE).is_file() else _external(folder)


def _trained_here(folder: Path) -> OriginalForm:
    from mlops.blocks.scoring import load_model
    from mlops.packaging.onnx_graph import compile_model, read_manifest

    manifest = read_manifest(folder)

    usual = compile_model(folder).SerializeToString()

    def ways() -> Ways:
        yield "", usual, lambda: compile_model(folder, narrow=True).SerializeToString()

    return OriginalForm(
        original=load_model(folder),
        reference=lambda: of_sample(folder, manifest.signature),
        ways=ways,
        is_external=False,
    )


def _external(folder: Path) -> OriginalForm:
    from mlops.packaging.external.compiling import compiled_ways
    from mlops.packaging.external.original import open_original
    from mlops.packaging.external.sources import find_source

    source = find_source(folder)
    example = example_rows(source.example)
    original = open_original(source, example)

    def ways() -> Ways:
        first: bytes | None = None
        for told, model in compiled_ways(original):
            content = model.SerializeToString()
            first = first or content
            yield told, content, partial(bytes, first)

    return OriginalForm(
        original=original,
        reference=lambda: made_up(original.manifest.signature, example, original.knots),
        ways=ways,
        is_external=True,
    )


def example_rows(path: Path | None) -> list[dict[str, Any]]:
    """Rows of an input example; empty where it is none of rows."""
    if path is None or path.stat().st_size > MOST_EXAMPLE_BYTES:
        return []
    try:
        told = msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError:
        return []
    if isinstance(told, dict) and isinstance(told.get("columns"), list) and isinstance(told.get("data"), list):
        return [dict(zip(told["columns"], row, strict=False)) for row in told["data"] if isinstance(row, list)]
    listed = told.get("data") if isinstance(told, dict) and "data" in told else told
    listed = [listed] if isinstance(listed, dict) else listed
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
