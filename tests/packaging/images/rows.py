"""Model versions that can be packed at once: their conversion was made earlier in the session."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.utils import timezone

from mlops.blobs.trees import keep_folder
from mlops.packaging.child import run_module
from mlops.packaging.models import Conversion
from mlops.registry.models import ModelVersion
from tests.registry.shelf import registered, trained_folder


@cache
def converted_folder() -> Path:
    out = Path(mkdtemp(prefix="mlops-onnx-"))
    words = ["--model", str(trained_folder()), "--out", str(out), "--tolerance", "0.0001"]
    assert run_module("mlops.packaging.convert", words, folder=out, seconds=300).status == 0
    (out / "convert.log").unlink()
    return out


def accepted(actor: Any, project: Any) -> ModelVersion:
    """With an accepted ONNX form."""
    found = registered(actor, project)
    facts = {"state": "accepted", "state_since": timezone.now(), "tree": keep_folder(converted_folder())}
    Conversion.objects.create(version=found, **facts)
    return found
