"""PyTorch networks from elsewhere, where torch is installed."""

from __future__ import annotations

import msgspec
import pytest

from mlops.formats.model import ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.packaging.convert import convert

torch = pytest.importorskip("torch")


def network(*last, outputs):
    torch.manual_seed(1)
    layers = (torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, outputs), *last)
    return torch.nn.Sequential(*layers).eval()


@pytest.mark.parametrize(("last", "outputs"), [((torch.nn.Softmax(dim=1),), 3), ((), 1)])
@pytest.mark.parametrize("form", ["script", "trace"])
def test_a_network_converts_and_agrees(last, outputs, form, tmp_path):
    model = network(*last, outputs=outputs)
    saved = torch.jit.script(model) if form == "script" else torch.jit.trace(model, torch.zeros(2, 3))
    (tmp_path / "model").mkdir()
    saved.save(tmp_path / "model" / "model.pt")
    convert(tmp_path / "model", tmp_path, tolerance=1e-4)
    found = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert found.accepted, found.reason


def exported(model, **how):
    return torch.export.export(model, (torch.zeros(2, 3),), **how)


def test_an_exported_network_converts_and_agrees(tmp_path):
    (tmp_path / "model").mkdir()
    model = network(torch.nn.Softmax(dim=1), outputs=3)
    rows = ({0: torch.export.Dim.AUTO},)
    torch.export.save(exported(model, dynamic_shapes=rows), tmp_path / "model" / "model.pt2")
    convert(tmp_path / "model", tmp_path, tolerance=1e-4)
    found = msgspec.json.decode((tmp_path / "certificate.json").read_bytes(), type=ParityCertificate)
    assert found.accepted, found.reason


def test_one_that_was_exported_for_two_rows_says_how_to_export_it(tmp_path):
    torch.export.save(exported(network(outputs=1)), tmp_path / "model.pt2")
    with pytest.raises(Refusal, match="exactly 2 rows") as refused:
        convert(tmp_path, tmp_path, tolerance=1e-4)
    assert "Dim.AUTO" in refused.value.hint


def test_numbers_that_are_no_probabilities_are_refused_with_what_to_do(tmp_path):
    torch.jit.script(network(outputs=3)).save(tmp_path / "model.pt")
    with pytest.raises(Refusal, match="no probabilities") as refused:
        convert(tmp_path, tmp_path, tolerance=1e-4)
    assert "softmax" in refused.value.hint
