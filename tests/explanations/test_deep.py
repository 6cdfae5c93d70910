"""Deep SHAP of PyTorch networks: those that are kept in layers from inside, compiled ones from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from mlops.formats.explanation import CONTRIBUTIONS_FILE
from tests.explanations.test_computing import explained

torch = pytest.importorskip("torch")

COLUMNS = ("power", "weight", "age")


@pytest.fixture
def layers() -> Any:
    torch.manual_seed(7)
    network = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    with torch.no_grad():
        network[0].weight[:, 2] = 0  # “age” counts for nothing
    return network.eval()


def kept(folder: Path, network: Any) -> Path:
    """A network with an example of its rows, and a table beside it."""
    model = folder / "model"
    model.mkdir()
    if isinstance(network, torch.jit.ScriptModule):
        network.save(str(model / "model.pt"))
    elif isinstance(network, torch.export.ExportedProgram):
        torch.export.save(network, model / "model.pt2")
    else:
        torch.save(network, model / "model.pt")
    rows = np.random.default_rng(3).normal(size=(80, 3))
    frame = pl.DataFrame(dict(zip(COLUMNS, rows.T, strict=True)))
    frame.write_parquet(folder / "rows.parquet")
    example = {"columns": list(COLUMNS), "data": rows[:5].tolist()}
    (model / "input_example.json").write_text(json.dumps(example))
    return model


def test_layers_are_explained_from_inside_and_add_up(tmp_path, layers):
    summary, out = explained(kept(tmp_path, layers))
    assert (summary.kind, summary.notes) == ("deep", ())
    assert summary.additivity.holds, summary.additivity.told
    assert summary.shares()["age"] == 0
    assert pl.read_parquet(out / CONTRIBUTIONS_FILE).height == 60


def test_chances_of_classes_are_explained_each(tmp_path, layers):
    summary, _out = explained(
        kept(tmp_path, torch.nn.Sequential(*layers[:2], torch.nn.Linear(8, 3), torch.nn.Softmax(dim=1)).eval())
    )
    assert (summary.kind, len(summary.outputs)) == ("deep", 3)
    assert summary.additivity.holds, summary.additivity.told


def exported(network: Any) -> Any:
    return torch.export.export(network, (torch.zeros(2, 3),), dynamic_shapes=({0: torch.export.Dim.AUTO},))


@pytest.mark.parametrize("compiled", [torch.jit.script, exported], ids=["script", "export"])
def test_a_compiled_network_is_explained_from_outside(tmp_path, layers, compiled):
    summary, _out = explained(kept(tmp_path, compiled(layers)))
    assert summary.kind == "permutation"
    assert summary.additivity.holds, summary.additivity.told
    assert summary.shares()["age"] == 0
